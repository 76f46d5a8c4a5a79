-- name: keys
SELECT kid, public, published_until FROM identity_oidckey
    WHERE state IN ('next', 'current') OR published_until > now()
