//! The only place that carries effects out: lease, deliver, settle; at least once, in order within a row.

use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kyc_core::Timestamp;
use tokio::task::JoinSet;

use crate::{Clock, Outbound, OutboundId, Receiver, Settled, Store, StoreError, Wake};

/// Does the work that an outbox row asks for.
///
/// It will see some rows twice: a crash between delivery and settlement repeats the delivery, under the same name. A
/// receiver that remembers names does the work once.
#[async_trait]
pub trait Deliver: Debug + Send + Sync {
    /// Does the work, or tells why not. A panic counts as [`Delivered::Failed`], and so does running out of patience.
    async fn deliver(&self, outbound: &Outbound, now: Timestamp) -> Delivered;
}

/// How a delivery went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// It is done, or had been done before.
    Done,
    /// Not now; try again later, until the schedule ends.
    Failed,
    /// Never: trying again cannot help.
    Hopeless,
}

/// How patient a courier is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long a leased row is the courier's alone. A delivery gets two thirds of it.
    pub lease: Duration,
    /// How many deliveries run at the same time.
    pub hands: usize,
    /// How long to wait after each failure, give or take a fifth; the failure after the last makes a dead letter.
    pub schedule: Vec<Duration>,
    /// How long to wait before looking around when nobody rings.
    pub idle: Duration,
}

impl Default for Terms {
    /// Gives up after roughly four days, close to the schedule of the Standard Webhooks specification.
    fn default() -> Self {
        const SECOND: u64 = 1;
        const MINUTE: u64 = 60 * SECOND;
        const HOUR: u64 = 60 * MINUTE;
        let schedule = [
            SECOND,
            5 * SECOND,
            30 * SECOND,
            5 * MINUTE,
            30 * MINUTE,
            2 * HOUR,
            5 * HOUR,
            10 * HOUR,
            14 * HOUR,
            20 * HOUR,
            24 * HOUR,
        ];
        Self {
            lease: Duration::from_secs(30),
            hands: 32,
            schedule: schedule.map(Duration::from_secs).into(),
            idle: Duration::from_secs(1),
        }
    }
}

/// Carries outbox rows to whoever does the work: effects and timers, or the notices to one receiver.
#[derive(Clone, Debug)]
pub struct Courier {
    receiver: Option<Receiver>,
    store: Arc<dyn Store>,
    deliver: Arc<dyn Deliver>,
    clock: Clock,
    wake: Wake,
    terms: Terms,
}

impl Courier {
    /// A courier of effects and timers between `store` and `deliver` that comes at once when `wake` rings.
    pub fn new(
        store: Arc<dyn Store>,
        deliver: Arc<dyn Deliver>,
        clock: Clock,
        wake: Wake,
        terms: Terms,
    ) -> Self {
        Self {
            receiver: None,
            store,
            deliver,
            clock,
            wake,
            terms,
        }
    }

    /// The same courier, carrying the notices to `receiver` and nothing else. Each receiver needs one, with a bell and hands
    /// of its own, so that one who does not answer holds up nobody.
    #[must_use]
    pub fn to(self, receiver: Receiver) -> Self {
        Self {
            receiver: Some(receiver),
            ..self
        }
    }

    /// One round: takes what is due now, delivers it, settles it. Tells how many rows there were.
    ///
    /// # Errors
    ///
    /// What the store answers; rows that were leased and not settled come again when their lease has run out.
    pub async fn turn(&self) -> Result<usize, StoreError> {
        let mut hands = JoinSet::new();
        let leased = self.lease(self.terms.hands, &mut hands).await?;
        let mut outcome = Ok(leased);
        while let Some(finished) = hands.join_next().await {
            outcome = outcome.and(finished.unwrap_or(Ok(())).map(|()| leased));
        }
        outcome
    }

    /// Carries until `stop` is ready, then finishes what is in hand.
    ///
    /// A store that fails is asked again, more and more slowly.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stopped`] and [`StoreError::Corrupt`]: asking again cannot help.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) -> Result<(), StoreError> {
        let mut stop = std::pin::pin!(stop);
        let mut hands = JoinSet::new();
        let mut failures = 0;
        let outcome = loop {
            let free = self.terms.hands.saturating_sub(hands.len());
            let pause = match self.lease(free, &mut hands).await {
                Ok(_) => {
                    failures = 0;
                    self.terms.idle
                }
                Err(error) if is_final(&error) => break Err(error),
                Err(error) => {
                    failures += 1;
                    tracing::warn!(%error, failures, "the store gives no work");
                    self.terms.idle * 2_u32.pow(u32::min(failures, 5))
                }
            };
            tokio::select! {
                () = &mut stop => break Ok(()),
                // The next effect of the same row may be due now.
                Some(finished) = hands.join_next() => match finished {
                    Ok(Err(error)) if is_final(&error) => break Err(error),
                    Ok(Err(error)) => tracing::warn!(%error, "a delivery could not be settled"),
                    Ok(Ok(())) | Err(_) => {}
                },
                () = self.wake.heard(), if failures == 0 => {}
                () = tokio::time::sleep(pause) => {}
            }
        };
        while hands.join_next().await.is_some() {}
        outcome
    }

    async fn lease(
        &self,
        free: usize,
        hands: &mut JoinSet<Result<(), StoreError>>,
    ) -> Result<usize, StoreError> {
        if free == 0 {
            return Ok(0);
        }
        let now = self.clock.now();
        let until = later(now, self.terms.lease);
        let leased = match self.receiver {
            Some(receiver) => self.store.lease_notices(receiver, now, until, free),
            None => self.store.lease(now, until, free),
        };
        let leased = leased.await?;
        let count = leased.len();
        for outbound in leased {
            let courier = self.clone();
            hands.spawn(async move { courier.carry(outbound).await });
        }
        Ok(count)
    }

    async fn carry(&self, outbound: Outbound) -> Result<(), StoreError> {
        let lease = outbound.lease.clone();
        let (id, attempts) = (&lease.id, outbound.attempts());
        let settled = match self.attempt(outbound).await {
            Delivered::Done => Settled::Done,
            Delivered::Hopeless => Settled::Dead,
            Delivered::Failed => match self.terms.wait_after(id, attempts) {
                Some(wait) => Settled::Again(later(self.clock.now(), wait)),
                None => Settled::Dead,
            },
        };
        match settled {
            Settled::Done => {}
            Settled::Again(_) => tracing::info!(%id, attempts, "a delivery failed"),
            Settled::Dead => tracing::error!(%id, attempts, "a delivery was given up"),
        }
        match self.store.settle(&lease, settled).await {
            // Whoever has it now settles it.
            Err(StoreError::LeaseLost) => Ok(()),
            answer => answer,
        }
    }

    async fn attempt(&self, outbound: Outbound) -> Delivered {
        let deliver = Arc::clone(&self.deliver);
        let now = self.clock.now();
        // A task of its own, so that a panic in a delivery is that delivery's failure and not the courier's end.
        let mut attempt = tokio::spawn(async move { deliver.deliver(&outbound, now).await });
        match tokio::time::timeout(self.terms.lease * 2 / 3, &mut attempt).await {
            Ok(delivered) => delivered.unwrap_or(Delivered::Failed),
            Err(_) => {
                attempt.abort();
                Delivered::Failed
            }
        }
    }
}

impl Terms {
    /// The pause after that many attempts: spread by the row's name, so that rows that failed together part ways.
    fn wait_after(&self, id: &OutboundId, attempts: u32) -> Option<Duration> {
        let position = usize::try_from(attempts).ok()?.checked_sub(1)?;
        let wait = *self.schedule.get(position)?;
        let mut hasher = DefaultHasher::new();
        (id, attempts).hash(&mut hasher);
        let percent = 80 + u32::try_from(hasher.finish() % 41).unwrap_or(0);
        Some(wait * percent / 100)
    }
}

fn is_final(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Stopped { .. } | StoreError::Corrupt { .. }
    )
}

fn later(now: Timestamp, span: Duration) -> Timestamp {
    let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}
