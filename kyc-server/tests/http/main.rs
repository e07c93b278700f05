//! The server as its callers meet it: a real socket, a real client, a clock that is moved by hand.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

mod access;
mod additional_steps;
mod audit;
mod bad_input;
mod clock;
mod command;
mod compat;
mod compat_bad_input;
mod compat_examples;
mod damage;
mod dead_letters;
mod decisions;
mod description;
mod device_key;
mod endpoints;
mod erasures;
mod exchange;
mod files;
mod flows;
mod give_back;
mod handover;
mod harness;
mod health;
mod hold;
mod live;
mod logs;
mod names;
mod pages;
mod parts;
mod pdf;
#[path = "../../../kyc-persist/tests/postgres/server.rs"]
#[expect(dead_code, reason = "the tests of the store use the rest")]
mod postgres;
mod reminders;
mod results;
mod retention;
mod sealing;
mod servers;
mod sink;
mod site;
mod stopping;
mod supplies;
mod uploads;
mod walk;
mod webhooks;
