//! Moderation and reports within one segment.

use std::collections::BTreeMap;

use data_set::write::{ModerationRow, ReportRow, ResolutionRow};
use domain::report::is_past;
use domain::{ModerationEvent, Note, Position, ReportEvent, ReportFiled, ReportResolved, Restriction, Role};
use time::OffsetDateTime;

/// What is done about accounts, under construction.
#[derive(Debug, Default)]
pub(super) struct CareFold {
    moderation: Vec<ModerationRow>,
    reports: Vec<ReportRow>,
    resolutions: BTreeMap<i64, ResolutionRow>,
}

impl CareFold {
    pub(super) fn moderated(
        &mut self,
        position: Position,
        decided_at: OffsetDateTime,
        event: ModerationEvent,
    ) {
        let words = |roles: &[Role]| roles.iter().map(|role| role.word().to_owned()).collect();
        let level = |restriction: Option<Restriction>| restriction.map(|it| it.level.word());
        let position = position.get();
        self.moderation.push(match event {
            ModerationEvent::Moderated(event) => ModerationRow {
                position,
                account: event.account.get(),
                action: event.action.word(),
                reason: Some(event.reason.word()),
                roles: words(&event.roles),
                restriction: level(event.restriction),
                decided_by: event.by.get(),
                operator: event.operator.map(Note::into),
                note: event.note.map(Note::into),
                decided_at,
            },
            ModerationEvent::RolesChanged(event) => ModerationRow {
                position,
                account: event.account.get(),
                action: "roles",
                reason: None,
                roles: words(&event.roles),
                restriction: level(event.restriction),
                decided_by: event.by.get(),
                operator: event.operator.map(Note::into),
                note: event.note.map(Note::into),
                decided_at,
            },
        });
    }

    pub(super) fn reported(&mut self, position: Position, recorded_at: OffsetDateTime, event: ReportEvent) {
        match event {
            ReportEvent::Filed(event) => {
                let ReportFiled { reporter, account, message, reason, comment, .. } = event;
                self.reports.push(ReportRow {
                    position: position.get(),
                    reporter: reporter.get(),
                    account: account.get(),
                    message: message.map(|message| message.get()),
                    reason: reason.word(),
                    comment: comment.map(Note::into),
                    reported_at: recorded_at,
                });
            }
            ReportEvent::Resolved(ReportResolved { report, by, outcome, note }) => {
                if is_past(report, position) {
                    self.resolutions.entry(report.get()).or_insert_with(|| ResolutionRow {
                        report: report.get(),
                        outcome: outcome.word(),
                        resolved_by: by.get(),
                        resolved_at: recorded_at,
                        note: note.map(Note::into),
                    });
                }
            }
        }
    }

    pub(super) fn finish(self) -> (Vec<ModerationRow>, Vec<ReportRow>, Vec<ResolutionRow>) {
        (self.moderation, self.reports, self.resolutions.into_values().collect())
    }
}
