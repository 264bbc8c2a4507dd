//! Every change is on the disk before its answer leaves: the system calls of the program, in their order.

use anyhow::{Result, ensure};

use super::World;
use super::client::Person;
use super::fault::Injection;
use super::instance::Instance;
use super::report::Report;
use super::worker::{Came, Worker};

/// What is written down of the program.
const CALLS: &str = "fdatasync,fsync,read,recvfrom,readv,write,writev,sendto,sendmsg";

pub(super) async fn run(world: &World, report: &mut Report) -> Result<()> {
    let changes = world.times(30, 100);
    let instance = Instance::sqlite(world, "order")?;
    let service = instance.start().await?;
    let mut person = Person::ada(service.address).await?;
    let mut worker = Worker::new(0, 1);
    let file = world.folder.path().join("calls");
    let watch = Injection::watch(&world.strace, service.process_id(), CALLS, &file).await?;
    for _ in 0..changes {
        let came = worker.step(&mut person).await?;
        ensure!(matches!(came, Came::Acknowledged), "a change is not made: {came:?}");
    }
    watch.end().await?;
    let (answers, after) = judge(&std::fs::read_to_string(&file)?);
    report.check(
        "SQLite: answers to changes that left after their fsync",
        answers == changes && after == changes,
        format!("{after} of {changes}"),
    );
    Ok(())
}

/// How many answers to changes left, and how many of them after something was brought to the disk.
fn judge(calls: &str) -> (usize, usize) {
    let (mut asked, mut synced) = (false, false);
    let (mut answers, mut after) = (0, 0);
    for line in calls.lines() {
        let begins_change = line.contains("\"POST /api/") || line.contains("\"PATCH /api/");
        if begins_change {
            (asked, synced) = (true, false);
        } else if line.contains("sync") && line.ends_with("= 0") {
            synced = true;
        } else if asked && line.contains("\"HTTP/1.1 2") {
            answers += 1;
            after += usize::from(synced);
            asked = false;
        }
    }
    (answers, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_only_after_its_own_fsync() {
        let change = "7 recvfrom(9, \"POST /api/creden\"..., 8192) = 300\n";
        let sync = "8 fdatasync(5 <unfinished ...>\n8 <... fdatasync resumed>) = 0\n";
        let answer = "7 writev(9, [{iov_base=\"HTTP/1.1 200 OK\\r\"...}], 2) = 500\n";
        assert_eq!(judge(&[change, sync, answer].concat()), (1, 1));
        assert_eq!(judge(&[change, answer, sync].concat()), (1, 0));
        assert_eq!(judge(&[sync, change, answer].concat()), (1, 0));
        assert_eq!(judge(&[change, "8 fdatasync(5) = -1 EIO\n", answer].concat()), (1, 0));
    }
}
