DROP SEQUENCE broker.erasure;
