//! The program `latchkey`: settings → database → app → serve.

use std::time::Duration;

use anyhow::Context as _;
use server::cli::{self, say};
use server::clock::Clock;
use server::settings::{self, Arguments, Command, Settings};
use server::{App, app, db, listen, log, openapi, start};
use tokio::net::TcpListener;
use tokio::signal;
use tokio::time::MissedTickBehavior;
use tracing_subscriber::EnvFilter;

fn main() -> anyhow::Result<()> {
    let given = settings::arguments(std::env::args_os());
    let (Arguments { command }, matches) = given.unwrap_or_else(|refusal| refusal.exit());
    command.check_database()?;
    let filter = settings::log_filter();
    match command {
        Command::Serve(given) => serve(given.read()?, &log::start_limited(filter?)),
        Command::CheckConfig(given) => cli::check_config(given, &matches),
        Command::CreateAdmin(arguments) => run(cli::create_admin(arguments), filter?),
        Command::ResetPassword(arguments) => run(cli::reset_password(arguments), filter?),
        Command::Import(arguments) => run(cli::import(arguments), filter?),
        Command::VerifyLog(arguments) => run(cli::verify_log(arguments), filter?),
        Command::Openapi => say(&openapi::document().to_pretty_json()?),
    }
}

/// One command, beginning to end.
#[tokio::main(flavor = "current_thread")]
async fn run(
    command: impl Future<Output = anyhow::Result<()>>,
    filter: EnvFilter,
) -> anyhow::Result<()> {
    log::start(filter);
    command.await
}

#[tokio::main]
async fn serve(settings: Settings, repeats: &log::Repeats) -> anyhow::Result<()> {
    survive_file_limit()?;
    let addresses = settings.listen.addresses().await?;
    // One server at a time on an SQLite database: what it holds in memory is the truth.
    let _lock = settings.store.lock()?;
    let clock = Clock::system();
    let (db, pepper) = settings.store.open(&clock).await?;
    start::check_pepper(&db, &pepper).await?;
    if settings.demo {
        start::fill_demo(&db, &clock, &settings.demo_password).await?;
    }
    let state = App::new(db.clone(), clock, pepper, settings).await?;
    start::check_exposure(&state, &addresses)?;
    let listener = TcpListener::bind(&addresses[..])
        .await
        .with_context(|| format!("--listen {} is not free", state.settings.listen))?;
    let address = listener.local_addr()?;
    if state.demo {
        say("This is a demo: made-up data, public passwords, loopback only.")?;
        say(&format!(
            "Sign in as ada@example.com with the password {}",
            state.settings.demo_password
        ))?;
    }
    if let Some(link) = start::offer_first_site_admin(&state, address).await? {
        say("Nobody can sign in yet. Create the first Site Admin within 15 minutes at")?;
        say(&link)?;
    }
    say(&format!("listening on http://{address}"))?;
    let saver = tokio::spawn(save_usage(state.clone()));
    tokio::spawn(repeats.clone().report_every_minute());
    let bounds = listen::Bounds::new(state.settings.trusted_proxies());
    listen::serve(listener, app(state.clone()), bounds, stop()).await;
    saver.abort();
    if let Err(error) = state.usage.save(&db, &state.clock).await {
        tracing::warn!("the last calls of keys are not counted: {error}");
    }
    db.close().await;
    repeats.report();
    Ok(())
}

/// A file that may not grow any more is an error of the write, not the end of the program.
fn survive_file_limit() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        /// SIGXFSZ, which tokio has no name for; the same number on Linux, macOS and the BSDs.
        const FILE_LIMIT: i32 = 25;
        // The handler stays when this is dropped.
        drop(signal::unix::signal(signal::unix::SignalKind::from_raw(FILE_LIMIT))?);
    }
    Ok(())
}

/// Every ten seconds, writes down what keys did; every hour, forgets what is too old to be kept.
async fn save_usage(app: App) {
    const TICKS_AN_HOUR: u64 = 360;
    let mut ticks = tokio::time::interval(Duration::from_secs(10));
    // After a long wait for the database the next batch is due ten seconds later, not at once.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for tick in 0_u64.. {
        ticks.tick().await;
        if let Err(error) = app.usage.save(&app.db, &app.clock).await {
            tracing::warn!("what keys did could not be written down; trying again: {error}");
        }
        if tick % TICKS_AN_HOUR == 0
            && let Err(error) = db::usage::prune(&app.db, app.clock.now()).await
        {
            tracing::warn!("old counts of calls could not be deleted: {error}");
        }
    }
}

/// Done when the operator, or the system, tells the program to stop.
async fn stop() {
    #[cfg(unix)]
    let terminated = async {
        if let Ok(mut signal) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
            signal.recv().await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        _ = signal::ctrl_c() => {}
        () = terminated => {}
    }
}
