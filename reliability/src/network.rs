//! A network of hosts on this machine, each in a namespace of its own, joined by a bridge on which we are as well: what
//! runs on a host can be stopped, and hosts can be cut off from each other.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio, id};
use std::time::{Duration, Instant};

/// How long processes may take to obey a signal.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bridge and what is on it. All of it goes with this value.
pub(crate) struct Network {
    bridge: String,
    pub(crate) hosts: Vec<Host>,
    /// The first three numbers of every address.
    subnet: [u8; 3],
}

/// One host: a network stack and the processes on it.
pub(crate) struct Host {
    namespace: String,
    /// Our end of its cable.
    cable: String,
    pub(crate) address: Ipv4Addr,
}

impl Network {
    /// So many hosts. What a run that was killed has left behind is cleared away.
    pub(crate) fn of(hosts: u8) -> Self {
        sweep();
        let bridge = format!("kyc{}", id());
        let subnet = free_subnet();
        let [a, b, c] = subnet;
        let mut network = Self {
            bridge: bridge.clone(),
            hosts: Vec::new(),
            subnet,
        };
        ip(&format!("link add {bridge} type bridge"));
        ip(&format!("addr add {a}.{b}.{c}.1/24 dev {bridge}"));
        ip(&format!("link set {bridge} up"));
        for number in 0..hosts {
            let host = Host {
                namespace: format!("{PREFIX}{}-{number}", id()),
                cable: format!("kyc{}v{number}", id()),
                address: Ipv4Addr::new(a, b, c, 11 + number),
            };
            let (namespace, cable, address) = (&host.namespace, &host.cable, host.address);
            ip(&format!("netns add {namespace}"));
            ip(&format!(
                "link add {cable} type veth peer name eth0 netns {namespace}"
            ));
            ip(&format!("link set {cable} master {bridge} up"));
            ip(&format!("-n {namespace} link set lo up"));
            ip(&format!("-n {namespace} addr add {address}/24 dev eth0"));
            ip(&format!("-n {namespace} link set eth0 up"));
            network.hosts.push(host);
        }
        network
    }

    /// All addresses of this network.
    pub(crate) fn range(&self) -> String {
        let [a, b, c] = self.subnet;
        format!("{a}.{b}.{c}.0/24")
    }

    /// Takes the cable of a host out, or puts it back in: it reaches nobody, and nobody reaches it.
    pub(crate) fn plug(&self, host: usize, is_in: bool) {
        let end = if is_in { "up" } else { "down" };
        ip(&format!("link set {} {end}", self.hosts[host].cable));
    }

    /// Cuts a host off from the other hosts, or heals that. We still reach all of them.
    pub(crate) fn cut_off(&self, host: usize, is_cut: bool) {
        let verb = if is_cut { "add" } else { "del" };
        let cut = &self.hosts[host];
        for (_, other) in self.others(host) {
            for (from, to) in [(cut, other), (other, cut)] {
                let (namespace, address) = (&from.namespace, to.address);
                ip(&format!("-n {namespace} route {verb} blackhole {address}"));
            }
        }
    }

    fn others(&self, host: usize) -> impl Iterator<Item = (usize, &Host)> {
        let hosts = self.hosts.iter().enumerate();
        hosts.filter(move |(number, _)| *number != host)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for host in &self.hosts {
            clear(&host.namespace);
        }
        let _ = quietly(&format!("link del {}", self.bridge));
    }
}

impl Host {
    /// Starts a program as the owner of databases, in a process namespace of its own: whoever kills what is returned kills
    /// the program and all that it has ever started. It ends with us, however we end.
    pub(crate) fn start(&self, program: &Path, words: &[String], log: &Path) -> Child {
        let log = || fs::File::options().create(true).append(true).open(log);
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig=KILL", "--", "ip", "netns", "exec"])
            .arg(&self.namespace)
            .args(["unshare", "--pid", "--fork", "--kill-child=KILL"])
            .args(["--mount-proc", "setpriv", "--reuid=postgres"])
            .args(["--regid=postgres", "--clear-groups", "--pdeathsig=KILL"])
            .arg("--")
            .arg(program)
            .args(words)
            .current_dir("/")
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(log().unwrap())
            .stderr(log().unwrap());
        command.spawn().unwrap()
    }

    /// Stops every process of the host in its tracks, as a machine is that hangs.
    pub(crate) fn pause(&self) {
        let begun = Instant::now();
        // Some may be started while others are stopped.
        loop {
            let processes = processes(&self.namespace);
            if processes.iter().all(|process| is_stopped(process)) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "a process does not stop");
            signal("STOP", &processes);
        }
    }

    /// Lets them go on where they were.
    pub(crate) fn resume(&self) {
        signal("CONT", &processes(&self.namespace));
    }
}

/// What every namespace of ours begins with; then comes whose it is.
const PREFIX: &str = "kyc-";

/// Removes what belongs to processes that are no more.
fn sweep() {
    let listed = quietly("netns list").unwrap_or_default();
    for line in listed.lines() {
        let namespace = line.split(' ').next().unwrap_or_default();
        let owner = namespace
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('-'))
            .map(|(owner, _)| owner);
        if let Some(owner) = owner.filter(|owner| owner.parse::<u32>().is_ok())
            && !Path::new("/proc").join(owner).exists()
        {
            clear(namespace);
            let _ = quietly(&format!("link del kyc{owner}"));
        }
    }
}

/// Ends all that runs in a namespace, and removes it.
fn clear(namespace: &str) {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let processes = quietly(&format!("netns pids {namespace}")).unwrap_or_default();
        let processes: Vec<_> = processes.lines().map(str::to_owned).collect();
        if processes.is_empty() {
            break;
        }
        signal("KILL", &processes);
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = quietly(&format!("netns del {namespace}"));
}

fn processes(namespace: &str) -> Vec<String> {
    let processes = ip(&format!("netns pids {namespace}"));
    processes.lines().map(str::to_owned).collect()
}

/// One that has ended meanwhile is as good as one that is stopped.
fn is_stopped(process: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/stat"));
    // The name before the state may hold anything.
    status.map_or(true, |status| {
        let state = status.rsplit_once(") ").map(|(_, rest)| &rest[..1]);
        matches!(state, Some("T" | "Z" | "X"))
    })
}

/// To all that are still there.
fn signal(name: &str, processes: &[String]) {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).args(processes);
    let _ = kill.stderr(Stdio::null()).status();
}

/// Three numbers that no address of this machine begins with.
fn free_subnet() -> [u8; 3] {
    (0..=250_u8)
        .map(|number| [10, 213, number])
        .find(|[a, b, c]| ip(&format!("-4 route show root {a}.{b}.{c}.0/24")).is_empty())
        .expect("every network is in use")
}

fn ip(words: &str) -> String {
    quietly(words).unwrap_or_else(|said| panic!("ip {words}: {said}"))
}

fn quietly(words: &str) -> Result<String, String> {
    let output = Command::new("ip").args(words.split(' ')).output();
    let output = output.map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    }
}
