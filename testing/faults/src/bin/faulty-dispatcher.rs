//! The dispatcher, in front of a log in which a bug is planted.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    dispatcher::run(faults::faulty_log::plant).await
}
