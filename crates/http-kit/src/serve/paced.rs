//! A connection whose peer has to read what it is sent.
//!
//! Without this, whoever asks and never reads keeps its connection, and the answers in its buffers, for ever.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connections::Pulse;
use crate::least_rate::{LeastRate, Meter};

#[derive(Debug)]
pub(super) struct Paced<T> {
    io: T,
    meter: Meter,
    pulse: Arc<Pulse>,
}

impl<T> Paced<T> {
    pub(super) fn new(io: T, least: LeastRate, pulse: Arc<Pulse>) -> Self {
        Self { io, meter: Meter::new(least), pulse }
    }

    fn written(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.pulse.writes(written.is_pending());
        match written {
            Poll::Ready(Ok(bytes)) => self.meter.moved(bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending if self.meter.poll_too_slow(context).is_ready() => {
                metrics::counter!("http_connections_ended_total", "reason" => "slow-reader").increment(1);
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read")));
            }
            Poll::Pending => {}
        }
        written
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Paced<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Paced<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(context, bytes);
        self.written(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(context, parts);
        self.written(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;
    use crate::serve::connections::Pulse;

    const LEAST: LeastRate = LeastRate { bytes: 1_000, every: Duration::from_millis(200) };

    fn paced() -> (Paced<DuplexStream>, DuplexStream, Arc<Pulse>) {
        let (ours, theirs) = duplex(64);
        let pulse = Arc::new(Pulse::new());
        (Paced::new(ours, LEAST, Arc::clone(&pulse)), theirs, pulse)
    }

    #[tokio::test]
    async fn a_peer_that_reads_a_trickle_is_given_up() {
        let (mut ours, mut theirs, pulse) = paced();
        let trickling = tokio::spawn(async move {
            let mut pause = tokio::time::interval(Duration::from_millis(5));
            while theirs.read_u8().await.is_ok() {
                pause.tick().await;
            }
        });
        let error = ours.write_all(&[0; 100_000]).await.expect_err("it would take minutes");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(!pulse.is_silent(Duration::ZERO, Duration::ZERO), "while it writes it is not taken for idle");
        trickling.abort();
    }

    #[tokio::test]
    async fn a_peer_that_reads_steadily_is_waited_for() {
        let (mut ours, mut theirs, _pulse) = paced();
        let reading = tokio::spawn(async move {
            let mut pause = tokio::time::interval(Duration::from_millis(1));
            let mut chunk = [0; 64];
            while theirs.read(&mut chunk).await.is_ok_and(|bytes| bytes > 0) {
                pause.tick().await;
            }
        });
        // Several of the meter's times long.
        ours.write_all(&[0; 40_000]).await.expect("it is read");
        drop(ours);
        reading.await.expect("it does not panic");
    }
}
