//! What an applicant with a cheap phone and a bad connection waits for, beside a page with plain file inputs.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Asked, Bound, Limit};
use crate::server::{self, Profile};
use crate::setup;
use crate::shell::{ask, command};
use crate::web;

/// The applicant's page in Chromium, slowed down.
pub(super) fn page(asked: &Asked) -> Result<Value> {
    let chromium = setup::chromium()?;
    let server = server::build(Profile::Dev)?;
    web::pages()?;
    let mut slow = command("node e2e/slow.mjs");
    slow.env("CHROMIUM", chromium).env("KYC_SERVER", server);
    slow.env("KYC_REPEATS", if asked.quick { "1" } else { "5" });
    let said = ask(&mut slow)?;
    let mut told: Value = serde_json::from_str(&said).context("what slow.mjs prints")?;
    let ratios = told["ratios"].as_array().context("ratios")?;
    let limit = Limit {
        what: "time to the first button that can be pressed, beside the plain page".into(),
        ratios: ratios.iter().filter_map(Value::as_f64).collect(),
        bound: Bound::AtMost(2.0),
    };
    told["limits"] = json!([limit.told()]);
    Ok(told)
}
