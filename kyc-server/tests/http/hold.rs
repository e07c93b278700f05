//! What is on hold is erased by nobody, until the hold is lifted.

use kyc_core::collection::{HoldReason, Session};
use kyc_core::{Actor, SessionId};
use kyc_persist::{Row, Store as _};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{API_KEY, Stage, World, problem};
use crate::site::{Site, id, keeper, row, tell, walk};

struct Company<'a> {
    world: &'a World,
    path: String,
}

impl Company<'_> {
    async fn hold(&self, reason: &str) -> reqwest::Response {
        let path = format!("{}/hold", self.path);
        let asked = self.world.ask(Method::PUT, &path).bearer_auth(API_KEY);
        let asked = asked.json(&json!({ "reason": reason }));
        asked.send().await.unwrap()
    }

    async fn ask(&self, method: Method, rest: &str) -> reqwest::Response {
        let path = format!("{}{rest}", self.path);
        let asked = self.world.ask(method, &path).bearer_auth(API_KEY);
        asked.send().await.unwrap()
    }

    async fn read(&self) -> Value {
        self.ask(Method::GET, "").await.json().await.unwrap()
    }
}

#[tokio::test]
async fn a_hold_refuses_erasure_over_the_interface_also_after_a_restart_and_the_applicant_is_not_told()
 {
    let stage = Stage::new();
    let world = World::on(&stage).await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    erika.describe().await;
    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let company = Company {
        world: &world,
        path: path.clone(),
    };
    assert_eq!(company.read().await["hold"], Value::Null);
    for _ in 0..2 {
        assert_eq!(company.hold("litigation").await.status(), 204);
    }
    problem(company.hold("order").await, 409, "on_hold").await;
    problem(company.hold("because Erika").await, 400, "malformed").await;
    let since = company.read().await["hold"].take();
    assert_eq!(since["reason"], "litigation");

    // Nothing of it where the applicant looks; and their walk goes on.
    let seen = erika.read().await.to_string();
    assert!(
        !seen.contains("hold") && !seen.contains("litigation"),
        "{seen}"
    );
    erika.send(json!({ "type": "back" })).await;
    let hold = json!({ "type": "lift" });
    let version = erika.version().await;
    problem(erika.post(&hold, version, "x").await, 403, "not_yours").await;

    let version = company.read().await["version"].clone();
    problem(company.ask(Method::DELETE, "").await, 409, "on_hold").await;
    let after = company.read().await;
    assert_eq!(after["version"], version, "it was not called off either");
    let (session, token) = (erika.session.clone(), erika.token.clone());
    world.end().await;

    let world = World::on(&stage).await;
    let company = Company {
        world: &world,
        path,
    };
    problem(company.ask(Method::DELETE, "").await, 409, "on_hold").await;
    assert_eq!(company.read().await["details"]["given_names"], "Erika");
    for _ in 0..2 {
        let lifted = company.ask(Method::DELETE, "/hold").await;
        assert_eq!(lifted.status(), 204);
    }
    assert_eq!(company.ask(Method::DELETE, "").await.status(), 204);
    assert_eq!(company.read().await["details"], Value::Null);
    problem(company.hold("litigation").await, 422, "refused").await;
    drop(token);

    // Who, when and why are in the journal, and nobody's name.
    let session: SessionId = session.parse().unwrap();
    let entries = world
        .store
        .journal(&Row::collection(session))
        .await
        .unwrap();
    let told: Vec<_> = entries
        .iter()
        .filter(|entry| matches!(&*entry.facts.event, "hold" | "lift"))
        .map(|entry| (entry.facts.key.as_str(), &entry.facts.by))
        .collect();
    let who = &kyc_server::secrets::digest_of(API_KEY).to_string()[..16];
    let hold = format!("integrator:hold.litigation.{who}.2");
    let lift = format!("integrator:lift.{who}.4");
    assert_eq!(
        told,
        [(&*hold, &Actor::INTEGRATOR), (&*lift, &Actor::INTEGRATOR)]
    );
    assert!(!serde_json::to_string(&entries).unwrap().contains("Erika"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sets_lifts_and_lists_holds_without_any_flow() {
    for site in [Site::sealed(), Site::unsealed()] {
        let store = site.open().await;
        let walker = keeper(&store);
        for session in ["s-1", "s-2"] {
            walk(&walker, session).await;
        }
        drop((walker, store));
        let set = ["hold", "set", "s-1", "--reason", "order", "--by", "legal-3"];
        for _ in 0..2 {
            assert_eq!(site.run(&set).0, 0);
        }
        let other = ["hold", "set", "s-1", "--reason", "other"];
        let (code, _, complained) = site.run(&other);
        assert_eq!(code, 1);
        assert!(complained.contains("on_hold"), "{complained}");
        let unknown = ["hold", "set", "s-9", "--reason", "other"];
        assert_eq!(site.run(&unknown).0, 1);
        let (code, said, _) = site.run(&["hold", "list"]);
        assert_eq!((code, said.lines().count()), (0, 2), "{said}");
        assert!(said.contains("s-1\torder\t"), "{said}");

        let store = site.open().await;
        let held = keeper(&store).load::<Session>(&id("s-1")).await;
        let hold = held.unwrap().unwrap().hold().unwrap();
        assert_eq!(hold.reason, HoldReason::Order);
        tell(&keeper(&store), "s-1", json!({ "type": "cancel" })).await;
        let entries = store.journal(&row("s-1")).await.unwrap();
        let key = entries[3].facts.key.as_str();
        assert_eq!(key, "integrator:hold.order.legal-3.2");
        drop(store);

        assert_eq!(site.run(&["hold", "lift", "s-1"]).0, 0);
        let (_, said, _) = site.run(&["hold", "list", "s-1"]);
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
