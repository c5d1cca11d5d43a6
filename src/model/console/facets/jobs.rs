//! The fields of a job.

use super::Facets;
use crate::model::console::{Field, RowId, State};

pub(super) fn rows(state: &State) -> Vec<Facets> {
    state
        .jobs
        .values()
        .map(|job| {
            let mut row = Facets::new(RowId::Job(job.id.clone()))
                .text(Field::Job, job.id.as_str())
                .text(Field::Verb, job.plan.verb())
                .text(Field::State, job.state.word())
                .text(Field::By, job.operator.as_str())
                .is("live", job.state.runs())
                .number(Field::Started, job.started_at.as_second());
            for track in &job.tracks {
                row = row.text(Field::Host, track.target.to_string());
                if let Some(host) = state.fleet.host(&track.target.host) {
                    row = row.groups(host);
                }
            }
            row
        })
        .collect()
}
