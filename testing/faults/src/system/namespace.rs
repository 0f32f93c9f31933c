//! A network of its own for some services, in which packets can be dropped: neither side is told, as in a real
//! partition.

use std::net::Ipv4Addr;
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};

/// A network namespace, joined to this machine's by a pair of virtual interfaces. Dropping it removes both.
#[derive(Debug)]
pub struct Namespace {
    pub name: String,
    /// How the services in it reach this machine, and how this machine reaches them.
    pub outside: Ipv4Addr,
    pub inside: Ipv4Addr,
}

/// A direction, as the services in the namespace see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Out,
    Back,
}

impl Way {
    pub const ALL: [Self; 2] = [Self::Out, Self::Back];
}

/// Why there can be none on this machine.
pub fn obstacle() -> Option<String> {
    if !nix::unistd::Uid::effective().is_root() {
        return Some("network namespaces need root".to_owned());
    }
    let missing =
        ["ip", "iptables"].into_iter().find(|program| Command::new(program).arg("-V").output().is_err());
    if let Some(program) = missing {
        return Some(format!("there is no {program}"));
    }
    // Containers often forbid it to root as well.
    Namespace::make()
        .and_then(|namespace| namespace.drop_packets(9).map(drop))
        .err()
        .map(|error| format!("{error:#}"))
}

impl Namespace {
    pub fn make() -> Result<Self> {
        let name = format!("rookery-{}", std::process::id());
        run("ip", &["netns", "add", &name])?;
        // Removes the namespace wherever this ends.
        let mut namespace = Self { name, outside: Ipv4Addr::LOCALHOST, inside: Ipv4Addr::LOCALHOST };
        let (own, host, guest) = namespace.join()?;
        // Unlike those of usual networks: 198.18/15 is set aside for tests.
        let (outside, inside) = (Ipv4Addr::new(198, 18, own, 1), Ipv4Addr::new(198, 18, own, 2));
        (namespace.outside, namespace.inside) = (outside, inside);
        run("ip", &["address", "add", &format!("{outside}/30"), "dev", &host])?;
        run("ip", &["link", "set", &host, "up"])?;
        namespace.inside("ip", &["address", "add", &format!("{inside}/30"), "dev", &guest])?;
        namespace.inside("ip", &["link", "set", &guest, "up"])?;
        namespace.inside("ip", &["link", "set", "lo", "up"])?;
        Ok(namespace)
    }

    /// Makes the pair of interfaces, under a number that nobody else has: another run at this moment, or one that was
    /// killed a moment ago, whose pair the kernel has not removed yet.
    fn join(&self) -> Result<(u8, String, String)> {
        let first = std::process::id() % 250;
        let mut refusal = None;
        for number in (first..250).chain(0..first) {
            let own = u8::try_from(number)?;
            let (host, guest) = (format!("rk{own}o"), format!("rk{own}i"));
            let pair = ["link", "add", &host, "type", "veth", "peer", "name", &guest, "netns", &self.name];
            match run("ip", &pair) {
                Ok(_) => return Ok((own, host, guest)),
                Err(error) if error.to_string().contains("File exists") => refusal = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(refusal.unwrap_or_else(|| anyhow!("no number is free")))
    }

    /// From now on no packet gets to or from a port outside, and nobody is told.
    pub fn drop_packets(&self, port: u16) -> Result<()> {
        Way::ALL.into_iter().try_for_each(|way| self.drop_one_way(port, way))
    }

    /// The same in one direction: what the other side sends arrives.
    pub fn drop_one_way(&self, port: u16, way: Way) -> Result<()> {
        let (chain, side) = match way {
            Way::Out => ("OUTPUT", "--dport"),
            Way::Back => ("INPUT", "--sport"),
        };
        self.inside("iptables", &["-A", chain, "-p", "tcp", side, &port.to_string(), "-j", "DROP"]).map(drop)
    }

    /// Lets all packets through again, and tells how many were dropped.
    pub fn heal(&self) -> Result<usize> {
        let rules = self.inside("iptables", &["-L", "-v", "-x", "-n"])?;
        let dropped = rules.lines().filter(|line| line.contains(" DROP "));
        let counts = dropped.filter_map(|line| line.split_whitespace().next()?.parse::<usize>().ok());
        let total = counts.sum();
        self.inside("iptables", &["-F"])?;
        Ok(total)
    }

    fn inside(&self, program: &str, args: &[&str]) -> Result<String> {
        run("ip", &[&["netns", "exec", &self.name, program], args].concat())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // The pair of interfaces goes with it.
        run("ip", &["netns", "delete", &self.name]).ok();
    }
}

fn run(program: &str, args: &[&str]) -> Result<String> {
    let output = Command::new(program).args(args).output().with_context(|| format!("run {program}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} {}: {}", args.join(" "), errors.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
