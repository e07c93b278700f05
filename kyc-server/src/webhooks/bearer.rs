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
use crate::problem::Problem;

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
            Ok(Some(message)) => message,
            // Nobody can read it, or there is no such session.
            Ok(None) => return Delivered::Hopeless,
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

impl Bearer {
    /// What is sent: the headers with the signature, and the bytes that it is over.
    async fn message(
        &self,
        outbound: &Outbound,
        now: Timestamp,
    ) -> Result<Option<(HeaderMap, Bytes)>, Problem> {
        let session = &outbound.id().row.session;
        let Ok(notice) = serde_json::from_str::<Notice>(&outbound.body) else {
            return Ok(None);
        };
        // Of who was erased since, the name is gone as well.
        let session = self
            .app
            .load_to_forget::<collection::Session>(session)
            .await?;
        let Some(session) = session else {
            return Ok(None);
        };
        let external_ref = self.app.external_ref(session.id()).await?;
        let body = match self.webhook.format {
            Format::Standard => serde_json::to_vec(&notice.body(&session, external_ref)),
        };
        let Ok(body) = body else { return Ok(None) };
        let id = message_id(outbound.id());
        let timestamp = now.as_millis() / 1_000;
        let signature = SigningKey::sign(&self.webhook.keys, &id, timestamp, &body);
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", id),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signature),
        ] {
            let Ok(value) = HeaderValue::try_from(value) else {
                return Ok(None);
            };
            headers.insert(name, value);
        }
        Ok(Some((headers, body.into())))
    }
}
