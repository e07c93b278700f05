//! The KYC authority over HTTP: one prefix an audience, each with its own credentials.
#![doc = include_str!("../README.md")]

mod accept;
mod app;
mod applicant;
mod auth;
mod backoffice;
mod compat;
pub mod config;
mod decoders;
mod delivery;
mod devices;
mod editions;
mod files;
mod handover;
mod headers;
mod health;
mod holds;
mod images;
mod integrator;
mod listing;
mod live;
pub mod logs;
mod names;
mod openapi;
mod pages;
mod parts;
pub mod pdf;
mod places;
mod problem;
mod rates;
mod refusal;
mod request;
mod results;
mod router;
mod schema;
pub mod secrets;
mod serve;
mod sheets;
mod supplies;
mod uploads;
mod webhooks;

pub use app::Parts;
pub use holds::Holder;
pub use names::grants_of;
pub use serve::{ServeError, Server};
pub use webhooks::Webhook;
