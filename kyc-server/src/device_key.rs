//! The key for what an applicant's device keeps: released to whoever speaks for the session, for as long as it goes on.
//!
//! Nothing of it is stored. It follows from this server's secret, the session's own data key where the store is sealed, and
//! the name that the device gave itself; so every server releases the same one, and after an erasure nobody can make it again.

use axum::Json;
use axum::extract::State;
use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::ApplicantCaller;
use crate::problem::Problem;
use crate::request::Strict;
use crate::schema;

/// The route of device keys, below `/applicant/v1`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(release))
}

/// Which device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Device {
    /// The name that the device gave itself: 32 hexadecimal digits, at random.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    device: String,
}

/// What seals on that device. Not to be logged, so it has no `Debug`.
#[derive(Serialize, ToSchema)]
struct DeviceKey {
    /// 32 bytes in base64, the same ones each time.
    key: String,
}

/// Get the key for what this device keeps of the session. Keep it in memory, and not longer than the session.
#[utoipa::path(
    post, path = "/sessions/{session}/device-key", tag = "applicant",
    request_body = Device,
    responses(
        (status = OK, body = DeviceKey, description = "Not to be stored: `Cache-Control: no-store`"),
        (status = BAD_REQUEST, description = "malformed", body = schema::Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "not_accepted of a session that has ended", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn release(
    State(app): State<App>,
    caller: ApplicantCaller,
    Strict(Device { device }): Strict<Device>,
) -> Result<Json<DeviceKey>, Problem> {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if device.len() != 32 || !device.bytes().all(digit) {
        return Err(Problem::malformed().detail("device is not 32 hexadecimal digits"));
    }
    app.must_not_be_over(&caller.session).await?;
    let session = caller.session.as_str().as_bytes();
    let sealed = match app.safe.get() {
        Some(safe) => Some(safe.derived_key(&caller.session, "device").await?),
        None => None,
    };
    let of_the_session: &[u8] = sealed.as_ref().map_or(&[], |key| key.as_slice());
    let key = app.keyed(&[b"device key 1", session, device.as_bytes(), of_the_session]);
    // Looked at again: the session may have been erased since, and then this would be the key of nothing.
    app.must_not_be_over(&caller.session).await?;
    Ok(Json(DeviceKey {
        key: Base64::encode_string(key.as_bytes()),
    }))
}
