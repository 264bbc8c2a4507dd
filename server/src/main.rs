//! The program `latchkey`: signals → settings → socket → database → app → serve.

use std::time::Duration;

use anyhow::Context as _;
use server::cli::{self, say};
use server::clock::Clock;
use server::settings::{self, Arguments, Command, Settings};
use server::signals::Signals;
use server::store::{Opened, Purpose};
use server::{App, app, db, listen, log, openapi, start};
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, timeout};
use tracing_subscriber::EnvFilter;

/// For what is left to do once the last answer was given, each.
const LAST: Duration = Duration::from_secs(5);

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

/// One command, beginning to end. Interrupted, it is dropped: what it had not committed did not happen.
#[tokio::main(flavor = "current_thread")]
async fn run(
    command: impl Future<Output = anyhow::Result<()>>,
    filter: EnvFilter,
) -> anyhow::Result<()> {
    log::start(filter);
    let signals = Signals::install()?;
    let interrupted = tokio::select! {
        done = command => return done,
        code = signals.told() => code,
    };
    tracing::warn!("interrupted");
    // Not by returning: a thread may be waiting for what is typed.
    std::process::exit(interrupted);
}

#[tokio::main]
async fn serve(settings: Settings, repeats: &log::Repeats) -> anyhow::Result<()> {
    let signals = Signals::install()?;
    let store = settings.store.clone();
    let Serving { state, listener, opened } = tokio::select! {
        started = start_up(settings) => started.map_err(|error| store.explain(error))?,
        _ = signals.told() => return Ok(()),
    };
    say(&format!("listening on http://{}", listener.local_addr()?))?;
    opened.stays();
    let saver = tokio::spawn(save_usage(state.clone(), signals.clone()));
    tokio::spawn(repeats.clone().report_every_minute());
    let bounds = listen::Bounds::new(state.settings.trusted_proxies());
    let stop = async {
        signals.told().await;
    };
    listen::serve(listener, app(state.clone()), bounds, stop).await;
    // Not in the middle of a statement: what is dropped there is closed later than the rest.
    let _ = timeout(LAST, saver).await;
    match timeout(LAST, state.usage.save(&state.db, &state.clock)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("the last calls of keys are not counted: {error}"),
        Err(_) => tracing::warn!("the last calls of keys are not counted: it takes too long"),
    }
    if timeout(LAST, state.db.close()).await.is_err() {
        tracing::warn!("the database was not closed in time");
    }
    repeats.report();
    Ok(())
}

/// Everything is ready, but nobody was told yet.
struct Serving {
    state: App,
    listener: TcpListener,
    opened: Opened,
}

/// What can be refused is refused first; only then something is made. Whoever connects meanwhile waits.
async fn start_up(settings: Settings) -> anyhow::Result<Serving> {
    let addresses = settings.listen.addresses().await?;
    start::check_exposure(settings.demo, &addresses)?;
    let listener = TcpListener::bind(&addresses[..])
        .await
        .with_context(|| format!("--listen {} is not free", settings.listen))?;
    let address = listener.local_addr()?;
    let clock = Clock::system();
    let opened = settings.store.open(&clock, Purpose::Alone).await?;
    start::check_opened(&opened).await?;
    if settings.demo {
        start::fill_demo(&opened.db, &clock, &settings.demo_password).await?;
    }
    let state = App::new(opened.db.clone(), clock, opened.pepper.clone(), settings).await?;
    start::check_exposure(state.demo, &addresses)?;
    let link = start::offer_first_site_admin(&state, address).await?;
    introduce(&state, link)?;
    Ok(Serving { state, listener, opened })
}

/// What somebody has to know before they can use it.
fn introduce(state: &App, link: Option<String>) -> anyhow::Result<()> {
    if state.demo {
        say("This is a demo: made-up data, public passwords, loopback only.")?;
        say(&format!(
            "Sign in as ada@example.com with the password {}",
            state.settings.demo_password
        ))?;
    }
    if let Some(link) = link {
        say("Nobody can sign in yet. Create the first Site Admin within 15 minutes at")?;
        say(&link)?;
    }
    Ok(())
}

/// Until the program is told to stop: every ten seconds, writes down what keys did; every hour, forgets what
/// is too old to be kept.
async fn save_usage(app: App, signals: Signals) {
    const TICKS_AN_HOUR: u64 = 360;
    let mut ticks = tokio::time::interval(Duration::from_secs(10));
    // After a long wait for the database the next batch is due ten seconds later, not at once.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for tick in 0_u64.. {
        tokio::select! {
            _ = signals.told() => return,
            _ = ticks.tick() => {}
        }
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
