//! A broker of three nodes that loses some of them.

use std::time::Duration;

use anyhow::Result;

use super::broker::{publish_again, told};
use super::{Fault, Happened, Striking, USUAL};
use crate::check::log;
use crate::load::Load;
use crate::record::Outcome;
use crate::system::{Setup, System, USER, http, settled, signed};

const THREE: fn() -> Setup = || Setup { nodes: 3, ..Setup::default() };
/// Longer than an election takes, so that others go on without the frozen one.
const FROZEN: Duration = Duration::from_secs(12);

pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault {
            name: "cluster-lose-leader",
            about: "kill -9 of the node that leads the log, three times, and duplicates across the change",
            setup: THREE,
            strike: lose_leader,
            ..USUAL
        },
        Fault {
            name: "cluster-roll",
            about: "all three nodes are stopped and started one after the other",
            setup: THREE,
            strike: roll,
            ..USUAL
        },
        Fault {
            name: "cluster-freeze-leader",
            about: "the node that leads the log freezes for 12 s and wakes up behind the others",
            setup: THREE,
            strike: freeze_leader,
            ..USUAL
        },
        Fault {
            name: "cluster-two-gone",
            about: "two of three nodes are gone: writes are refused, reads go on; then they come back",
            setup: THREE,
            strike: two_gone,
            ..USUAL
        },
    ]
}

/// The node that leads the log, once there is one that is not `other`.
async fn leader(urls: &str, other: Option<&str>) -> String {
    settled("the log has a leader", || async {
        let info = log::info(urls).await.map_err(|error| format!("{error:#}"))?;
        let leader = info.cluster.and_then(|cluster| cluster.leader);
        match leader {
            Some(leader) if other != Some(leader.as_str()) => Ok(leader),
            seen => Err(format!("{seen:?}")),
        }
    })
    .await
}

fn lose_leader<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let urls = system.broker.url();
        let (mut changes, mut repeated) = (0, 0);
        for _ in 0..3 {
            load.acked(15).await;
            let old = leader(&urls, None).await;
            let cluster = system.broker.cluster();
            cluster.named(&old).kill().await;
            let new = leader(&urls, Some(&old)).await;
            changes += usize::from(new != old);
            load.acked(10).await;
            repeated += publish_again(&urls).await?;
            system.broker.cluster().named(&old).restart().await;
        }
        Ok(Happened::counted("leader changes", changes).and("duplicates refused", repeated))
    })
}

fn roll<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let urls = system.broker.url();
        for index in 0..3 {
            load.acked(10).await;
            let node = system.broker.cluster().node(index);
            node.stop().await;
            load.acked(10).await;
            system.broker.cluster().node(index).restart().await;
            all_current(&urls).await;
        }
        Ok(Happened::counted("nodes rolled", 3))
    })
}

/// Waits until every replica has what the leader has: only then the next node may go.
async fn all_current(urls: &str) {
    settled("all replicas are current", || async {
        let info = log::info(urls).await.map_err(|error| format!("{error:#}"))?;
        let cluster = info.cluster.ok_or("no cluster")?;
        let current = cluster.replicas.iter().filter(|peer| peer.current && !peer.offline).count();
        if current == 2 { Ok(()) } else { Err(format!("{:?}", cluster.replicas)) }
    })
    .await;
}

fn freeze_leader<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let urls = system.broker.url();
        let old = leader(&urls, None).await;
        system.broker.cluster().named(&old).pause();
        // Not a wait for a condition: the time is the fault.
        tokio::time::sleep(FROZEN).await;
        let others: Vec<String> = system.broker.cluster().urls_but(&old);
        let new = leader(&others.join(","), Some(&old)).await;
        system.broker.cluster().named(&old).resume();
        all_current(&urls).await;
        load.acked(10).await;
        Ok(Happened::counted("leader changes", usize::from(new != old)))
    })
}

fn two_gone<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let refused = |outcome: &Outcome| match outcome {
            Outcome::Rejected { status, .. } => *status == 503,
            Outcome::Unknown(code) => code == "outcome-unknown",
            Outcome::Acked(_) => false,
        };
        for index in 0..2 {
            system.broker.cluster().node(index).kill().await;
        }
        let before = told(load, refused);
        let refusals = settled("writes are refused", || async {
            let refusals = told(load, refused) - before;
            if refusals >= 20 { Ok(refusals) } else { Err(format!("{refusals} refusals")) }
        })
        .await;
        let reads = read_ten(&system.query_api.url).await?;
        for index in 0..2 {
            system.broker.cluster().node(index).restart().await;
        }
        all_current(&system.broker.url()).await;
        Ok(Happened::counted("writes refused", refusals).and("reads meanwhile", reads))
    })
}

async fn read_ten(query_api: &str) -> Result<usize> {
    let (client, mut good) = (http(), 0);
    for _ in 0..10 {
        let request = signed(client.get(format!("{query_api}/v1/messages?limit=5")), 1, USER);
        good += usize::from(request.send().await?.status() == 200);
    }
    Ok(good)
}
