//! One session from its first step to the decision: what a host does around the core, without any host.
//!
//! `cargo run -p kyc-examples --example quickstart`. The README shows the middle of `main`; the tests run all of it, and
//! again as WebAssembly without a single import.

#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error;
use std::sync::Arc;

use kyc_core::collection::{Effect, Event, Session, State};
use kyc_core::{Actor, Exhibit, Flow, Timestamp, review};

fn main() -> Result<(), Box<dyn Error>> {
    let mut kept = String::new();
    let mut keep = |snapshot: String| kept = snapshot;
    let run = |effect: &Effect| println!("  leaves: {}", effect.kind());

    let flow = Flow::manual_review();
    let now = Timestamp::from_millis(1_795_219_200_000); // the core has no clock: yours is an argument
    let mut session = Session::open(&flow, "s-1".parse()?, now);

    let begin = r#"{"type":"start","consent":{"version":"1","locale":"en"}}"#; // an event, as a page sends it
    let step = session.handle(&serde_json::from_str(begin)?, now)?;
    if step.persist {
        keep(session.encode()); // keep first,
    }
    for effect in &step.effects {
        run(effect); // then run what leaves the step
    }
    // Whatever the state does not accept is rejected, and has changed nothing.
    assert!(session.handle(&Event::AcceptSelfie, now).is_err());

    // The rest of the walk, as a page would send it.
    let mut submitted = Vec::new();
    for event in walk() {
        let step = session.handle(&serde_json::from_str(&event)?, now)?;
        println!("{:?} -> {:?}", step.from, step.to);
        if step.persist {
            keep(session.encode());
        }
        for effect in step.effects {
            run(&effect);
            if let Effect::Submit {
                complete: true,
                exhibits,
                ..
            } = effect
            {
                submitted = exhibits;
            }
        }
    }
    assert_eq!(session.state(), State::Final);

    // What was kept opens again as what it was.
    session = Session::decode(&kept, &flow)?;
    let decided = decide(&flow, submitted, now)?;
    assert_eq!(session.handle(&decided, now)?.to, State::Approved);

    // Final is final.
    assert!(session.handle(&Event::Cancel, now).is_err());
    println!("{:?}, and final", session.state());
    Ok(())
}

/// The reviewer's side: the courier carries the submission there, and the decision back.
fn decide(
    flow: &Arc<Flow>,
    exhibits: Vec<Exhibit>,
    now: Timestamp,
) -> Result<Event, Box<dyn Error>> {
    use review::{Effect, Event as Review, Verdict};

    let ada = Actor::reviewer("ada".parse()?);
    let fine = |exhibit: &Exhibit| Review::Judge {
        item: exhibit.item,
        verdict: Verdict::Fine {},
    };
    let judged: Vec<_> = exhibits.iter().map(fine).collect();
    let arrived = (Review::Arrive { round: 1, exhibits }, &Actor::APPLICANT);
    let decided = [Review::Claim]
        .into_iter()
        .chain(judged)
        .chain([Review::Approve { note: None }]);

    let mut case = review::Session::open(flow, "s-1".parse()?, now);
    for (event, by) in [arrived]
        .into_iter()
        .chain(decided.map(|event| (event, &ada)))
    {
        for effect in case.handle(&event, by, now)?.effects {
            if let Effect::Decide { decision } = effect {
                return Ok(Event::Decide { decision });
            }
        }
    }
    Err("an approval that decides nothing".into())
}

fn walk() -> [String; 7] {
    let photo = |digit: &str| digit.repeat(64);
    [
        r#"{"type":"submit_details","details":{"given_names":"Nova Ellen","family_name":"Harrowgate","date_of_birth":"1991-04-17"}}"#.into(),
        r#"{"type":"select_document","country":"DE","document":"id_card"}"#.into(),
        format!(r#"{{"type":"capture_page","side":"front","blob":"{}"}}"#, photo("a")),
        format!(r#"{{"type":"capture_page","side":"back","blob":"{}"}}"#, photo("b")),
        r#"{"type":"accept_document"}"#.into(),
        format!(r#"{{"type":"capture_selfie","blob":"{}"}}"#, photo("c")),
        r#"{"type":"accept_selfie"}"#.into(),
    ]
}
