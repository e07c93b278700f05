//! What becomes of effects: a submission arrives at the case, a decision at the session, a deadline at the chart.
//!
//! Every delivery carries the name of its outbox row as its key, so that a repeated one repeats nothing.

use std::error::Error;

use async_trait::async_trait;
use kyc_core::collection::{self, Effect as Submitted};
use kyc_core::review::{self, Effect as Decided};
use kyc_core::{Actor, BlobRef, ChartName, Exhibit, Key, Sender, SessionId, Timestamp};
use kyc_persist::{Deliver, Delivered, KeepError, Outbound, OutgoingKind, Row};

use crate::app::App;
use crate::problem::Problem;

/// Delivers within this server: both charts live here.
#[derive(Clone, Debug)]
pub(crate) struct Delivery(pub(crate) App);

#[async_trait]
impl Deliver for Delivery {
    async fn deliver(&self, outbound: &Outbound, _: Timestamp) -> Delivered {
        let id = &outbound.lease.id;
        let Ok(key) = id.to_string().parse::<Key>() else {
            return Delivered::Hopeless;
        };
        let errand = Errand {
            app: &self.0,
            session: &id.row.session,
            version: id.version,
            key,
        };
        match (outbound.kind, id.row.chart) {
            (OutgoingKind::Timer, ChartName::Collection) => match read(outbound) {
                // The deadline may have moved, or the walk have ended: then this visit is for nothing.
                Some(event) => {
                    errand
                        .tell_session(event, Actor::CLOCK, Delivered::Done)
                        .await
                }
                None => Delivered::Hopeless,
            },
            (OutgoingKind::Effect, ChartName::Collection) => match read(outbound) {
                Some(effect) => errand.carry_submission(effect).await,
                None => Delivered::Hopeless,
            },
            (OutgoingKind::Effect, ChartName::Review) => match read(outbound) {
                Some(effect) => errand.carry_decision(effect).await,
                None => Delivered::Hopeless,
            },
            // A case has no deadline of its own; notices have couriers of their own.
            (OutgoingKind::Timer, ChartName::Review) | (OutgoingKind::Notice(_), _) => {
                Delivered::Hopeless
            }
        }
    }
}

struct Errand<'a> {
    app: &'a App,
    session: &'a SessionId,
    version: u32,
    key: Key,
}

impl Errand<'_> {
    async fn carry_submission(self, effect: Submitted) -> Delivered {
        match effect {
            Submitted::Submit {
                complete: true,
                round,
                exhibits,
            } => self.arrive(round, exhibits).await,
            // The photos are on their way; reviewers see the case when it is complete.
            Submitted::Submit { .. } => Delivered::Done,
            Submitted::Supplement { exhibit } => self.supplement(exhibit).await,
            Submitted::Withdraw => self.withdraw().await,
            Submitted::Erase => self.erase().await,
            Submitted::Discard { blob } => self.discard(&blob).await,
            // Whoever can reach the applicant is told by a notice, and the pages of every step.
            Submitted::Remind { .. } => Delivered::Done,
            Submitted::Notify { .. } => {
                self.app.live.session_moved(self.session, self.version);
                Delivered::Done
            }
            _ => Delivered::Hopeless,
        }
    }

    async fn carry_decision(self, effect: Decided) -> Delivered {
        // Who decided is in the journal of the case.
        let reviewers = Actor {
            sender: Sender::Reviewer,
            name: None,
        };
        let event = match effect {
            Decided::Decide { decision } => collection::Event::Decide { decision },
            Decided::RequestResubmission { items } => {
                collection::Event::RequestResubmission { items }
            }
            _ => return Delivered::Hopeless,
        };
        // The session was called off meanwhile: a person should know that a decision was not told.
        self.tell_session(event, reviewers, Delivered::Hopeless)
            .await
    }

    async fn arrive(self, round: u32, exhibits: Vec<Exhibit>) -> Delivered {
        match self.open_case().await {
            Delivered::Done => {}
            not_yet => return not_yet,
        }
        let event = review::Event::Arrive { round, exhibits };
        let arrived = self.tell_case(event, Actor::APPLICANT, Delivered::Hopeless);
        let arrived = arrived.await;
        if arrived == Delivered::Done {
            // The applicant's phase is another now, without a step of their session.
            self.app.live.session_moved(self.session, self.version);
        }
        arrived
    }

    async fn open_case(&self) -> Delivered {
        match self.app.load::<review::Session>(self.session).await {
            Ok(Some(_)) => return Delivered::Done,
            Ok(None) => {}
            Err(problem) => return failed(&problem),
        }
        let flow = match self.app.session(self.session).await {
            Ok(session) => std::sync::Arc::clone(session.flow()),
            Err(problem) => return failed(&problem),
        };
        let Ok(key) = format!("{}.open", self.key).parse() else {
            return Delivered::Hopeless;
        };
        let row = Row::review(self.session.clone());
        let fingerprint = self.app.fingerprint(&row, &"open");
        let (by, now) = (Actor::APPLICANT, self.app.clock.now());
        let opened = self
            .app
            .keeper
            .open::<review::Session>(&flow, self.session.clone(), key, fingerprint, by, now)
            .await;
        match opened {
            // Another delivery was first.
            Err(KeepError::Stale { .. }) => Delivered::Done,
            other => carried(other, Delivered::Hopeless),
        }
    }

    /// Something was handed in after collection was complete. The case may not have heard of that yet: then later.
    async fn supplement(self, exhibit: Exhibit) -> Delivered {
        let case = self
            .app
            .load_to_forget::<review::Session>(self.session)
            .await;
        match case {
            // Nobody reviews it any more.
            Ok(Some(case)) if case.state() == review::State::Withdrawn || case.is_redacted() => {
                Delivered::Done
            }
            Ok(_) => {
                let event = review::Event::Supplement { exhibit };
                self.tell_case(event, Actor::INTEGRATOR, Delivered::Failed)
                    .await
            }
            Err(problem) => failed(&problem),
        }
    }

    async fn withdraw(self) -> Delivered {
        match self
            .app
            .load_to_forget::<review::Session>(self.session)
            .await
        {
            Ok(None) => Delivered::Done,
            Ok(Some(_)) => {
                let event = review::Event::Withdraw;
                // A case that is closed stays closed.
                self.tell_case(event, Actor::INTEGRATOR, Delivered::Done)
                    .await
            }
            Err(problem) => failed(&problem),
        }
    }

    /// Everything else forgets the person too.
    async fn erase(self) -> Delivered {
        settled(self.app.erase_what_is_around(self.session).await)
    }

    /// A discard that comes late may find that the same photo was taken up again in a later round: then it stays.
    async fn discard(self, blob: &BlobRef) -> Delivered {
        let session = self.app.load_to_forget::<collection::Session>(self.session);
        match session.await {
            Ok(Some(session)) if session.blobs().any(|kept| kept == blob) => Delivered::Done,
            Ok(_) => settled(self.app.blobs.delete(self.session, blob).await),
            Err(problem) => failed(&problem),
        }
    }

    async fn tell_session(
        self,
        event: collection::Event,
        by: Actor,
        when_not_taken: Delivered,
    ) -> Delivered {
        let (session, key) = (self.session, self.key);
        let told = self
            .app
            .carry_out::<collection::Session>(session, key, None, event, by);
        carried(told.await, when_not_taken)
    }

    async fn tell_case(
        &self,
        event: review::Event,
        by: Actor,
        when_not_taken: Delivered,
    ) -> Delivered {
        let (session, key) = (self.session, self.key.clone());
        let told = self
            .app
            .carry_out::<review::Session>(session, key, None, event, by);
        carried(told.await, when_not_taken)
    }
}

fn read<T: serde::de::DeserializeOwned>(outbound: &Outbound) -> Option<T> {
    serde_json::from_str(&outbound.body).ok()
}

fn carried<T, R: Error>(answer: Result<T, KeepError<R>>, when_not_taken: Delivered) -> Delivered {
    match answer {
        Ok(_) => Delivered::Done,
        Err(KeepError::Rejected(_)) => when_not_taken,
        // Waiting makes it no shorter: a person has to see it.
        Err(KeepError::Store(kyc_persist::StoreError::TooLarge { .. })) => Delivered::Hopeless,
        // A store that answers again, a flow that is given back: later.
        Err(KeepError::Store(_) | KeepError::FlowMissing(_) | KeepError::Snapshot(_)) => {
            Delivered::Failed
        }
        Err(_) => Delivered::Hopeless,
    }
}

fn settled<E: Into<Problem>>(done: Result<(), E>) -> Delivered {
    match done.map_err(Into::into) {
        Ok(()) => Delivered::Done,
        Err(problem) => failed(&problem),
    }
}

fn failed(problem: &Problem) -> Delivered {
    tracing::warn!(code = problem.code(), "a delivery failed");
    Delivered::Failed
}
