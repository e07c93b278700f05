//! That an edition of a Flow stays what its sessions were opened with: one that was changed without a new number is refused
//! at the start, and sessions whose Flow is not configured are told of.

use std::collections::BTreeMap;

use kyc_core::{ChartName, FlowId, FlowRef, Timestamp};
use kyc_persist::{Grant, Query};

use crate::app::App;
use crate::serve::ServeError;

/// Compares what is configured with what was served before, and writes down what is served for the first time.
pub(crate) async fn check(app: &App) -> Result<(), ServeError> {
    let standing = standing(app).await;
    for flow in &app.flows {
        let edition = (flow.id().clone(), flow.version());
        // Keyed, so that nobody can name the place and take the grant away.
        let place = app.keyed(&[
            b"flow",
            edition.0.as_str().as_bytes(),
            &edition.1.to_be_bytes(),
        ]);
        let kept = app.grants.find(&place, app.clock.now()).await?;
        let is_kept = kept.is_some();
        let known = kept
            .map(|grant| grant.purpose)
            .or_else(|| standing.get(&edition).map(|seen| seen.hash.clone()));
        if let Some(known) = known.filter(|known| known != flow.hash()) {
            let (flow, found) = (edition.0, flow.hash().to_owned());
            let version = edition.1;
            return Err(ServeError::FlowChanged {
                flow,
                version,
                known,
                found,
            });
        }
        if !is_kept {
            let served = Grant {
                // A colon keeps it apart from sessions, whose names have none.
                subject: format!("flow:{}", edition.0),
                purpose: flow.hash().to_owned(),
                expires_at: Timestamp::from_millis(i64::MAX as u64),
            };
            app.grants.put(&place, served).await?;
        }
    }
    for ((flow, version), seen) in standing {
        let is_configured =
            |has: &std::sync::Arc<kyc_core::Flow>| *has.id() == flow && has.version() == version;
        if !app.flows.iter().any(is_configured) {
            let sessions = seen.sessions;
            tracing::warn!(
                %flow, version, sessions, hash = seen.hash,
                "of the newest sessions some stand in a flow that is not configured: until it is, they can only be erased"
            );
        }
    }
    Ok(())
}

/// What the newest sessions were opened with.
struct Seen {
    hash: String,
    sessions: usize,
}

async fn standing(app: &App) -> BTreeMap<(FlowId, u32), Seen> {
    let mut standing = BTreeMap::new();
    let newest = match app.store.list(&Query::newest(ChartName::Collection)).await {
        Ok(page) => page.rows,
        // One row that is damaged must not keep all others from being served.
        Err(error) => {
            tracing::warn!(%error, "which flows are needed is not known");
            Vec::new()
        }
    };
    for listed in newest {
        if let Ok(flow) = FlowRef::of_snapshot(&listed.kept.snapshot) {
            let (edition, hash) = ((flow.id, flow.version), flow.hash);
            let seen = standing
                .entry(edition)
                .or_insert(Seen { hash, sessions: 0 });
            seen.sessions += 1;
        }
    }
    standing
}
