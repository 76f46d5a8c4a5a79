-- name: forget_waiting
DELETE FROM outbox.event WHERE payload ->> 'id' LIKE %(mark)s
