//! What becomes of a notice: delivered when the endpoint says so, given up when it says that it never will.

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use kyc_core::{Timestamp, collection};
use kyc_persist::{Deliver, Delivered, Outbound};

use super::config::Format;
use super::signature::SigningKey;
use super::{Notice, Webhook, message_id};
use crate::app::App;
use crate::compat;
use crate::problem::Problem;
use crate::steady::SteadyClock;

/// Tells one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub(crate) app: App,
    pub(crate) webhook: Webhook,
}

#[async_trait]
impl Deliver for Bearer {
    async fn deliver(&self, outbound: &Outbound, now: Timestamp) -> Delivered {
        let (id, name) = (outbound.id(), self.webhook.name());
        let (headers, body) = match self.message(outbound, now).await {
            Ok(Message::Written(headers, body)) => (headers, body),
            Ok(Message::Needless) => return Delivered::Done,
            Ok(Message::Unwritten) => return Delivered::Hopeless,
            Err(problem) => {
                tracing::warn!(%id, webhook = name, code = problem.code(), "a webhook could not be written");
                return Delivered::Failed;
            }
        };
        match self.webhook.post(headers, body).await {
            Ok(status) if status.is_success() => Delivered::Done,
            Ok(StatusCode::GONE) => {
                tracing::error!(%id, webhook = name, "an endpoint answers that it is gone for good");
                Delivered::Hopeless
            }
            Ok(status) => {
                tracing::warn!(%id, webhook = name, status = status.as_u16(), "an endpoint does not take a webhook");
                Delivered::Failed
            }
            Err(fault) => {
                tracing::warn!(%id, webhook = name, %fault, "an endpoint is not reached");
                Delivered::Failed
            }
        }
    }
}

/// What is sent: the headers with the signature, and the bytes that it is over.
enum Message {
    Written(HeaderMap, Bytes),
    /// There is no word for it in that vocabulary, or no use in it any more.
    Needless,
    /// Nobody can read the notice, or there is no such session.
    Unwritten,
}

impl Bearer {
    async fn message(&self, outbound: &Outbound, now: Timestamp) -> Result<Message, Problem> {
        match (self.webhook.format, &self.webhook.keys[..]) {
            (Format::Standard, keys) => self.standard(outbound, keys, now).await,
            (Format::Compatible, [key, ..]) => self.compatible(outbound, key).await,
            // A configuration without a secret is not taken.
            (Format::Compatible, []) => Ok(Message::Unwritten),
        }
    }

    async fn standard(
        &self,
        outbound: &Outbound,
        keys: &[SigningKey],
        now: Timestamp,
    ) -> Result<Message, Problem> {
        let session = &outbound.id().row.session;
        let Ok(notice) = serde_json::from_str::<Notice>(&outbound.body) else {
            return Ok(Message::Unwritten);
        };
        // Of who was erased since, the name is gone as well.
        let session = self.app.load_to_forget::<collection::Session>(session);
        let Some(session) = session.await? else {
            return Ok(Message::Unwritten);
        };
        if notice.is_outdated(&session) {
            return Ok(Message::Needless);
        }
        let external_ref = self.app.external_ref(session.id()).await?;
        let Ok(body) = serde_json::to_vec(&notice.body(&session, external_ref)) else {
            return Ok(Message::Unwritten);
        };
        let id = message_id(outbound.id());
        // What the endpoint compares with its own clock.
        let now = self.app.steady.get().map_or(now, SteadyClock::wall);
        let timestamp = now.as_millis() / 1_000;
        let signature = SigningKey::sign(keys, &id, timestamp, &body);
        Ok(written(
            [
                ("webhook-id", id),
                ("webhook-timestamp", timestamp.to_string()),
                ("webhook-signature", signature),
            ],
            body,
        ))
    }

    /// Where the session stands when it is told, in their words: their events tell of nothing else.
    async fn compatible(&self, outbound: &Outbound, key: &SigningKey) -> Result<Message, Problem> {
        let Ok(notice) = serde_json::from_str::<Notice>(&outbound.body) else {
            return Ok(Message::Unwritten);
        };
        let (session, case) = self.app.both_charts(&outbound.id().row.session).await?;
        let names = self.app.names(session.id()).await?;
        let (standing, body) = compat::notice::notice(&session, case.as_ref(), &names);
        // It may stand elsewhere by now: the event is of what has happened.
        let event = notice.phase().map_or(standing, compat::notice::event);
        let (Some(event), Ok(body)) = (event, serde_json::to_vec(&body)) else {
            return Ok(Message::Needless);
        };
        Ok(written(
            [
                ("webhook-id", message_id(outbound.id())),
                ("idenfy-event-type", event.to_owned()),
                ("idenfy-signature", key.sign_plainly(&body)),
            ],
            body,
        ))
    }
}

fn written(told: [(&'static str, String); 3], body: Vec<u8>) -> Message {
    let mut headers = HeaderMap::new();
    for (name, value) in told {
        let Ok(value) = HeaderValue::try_from(value) else {
            return Message::Unwritten;
        };
        headers.insert(name, value);
    }
    Message::Written(headers, body.into())
}
