-- Purpose: a notification.
insert into social_v1.notification (recipient, position, kind, actor, message, notified_at)
values ($1, $2, $3::control.notice, $4, $5, '2026-01-01T00:00:00Z')
