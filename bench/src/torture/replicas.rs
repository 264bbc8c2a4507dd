//! Two replicas on one PostgreSQL, and everything that is looked at before it is written raced through
//! both: rights, disabling, board tokens, e-mails, one-time links, revokes.

use anyhow::{Context as _, Result, ensure};
use api::Page;
use api::boards::Board;
use api::credentials::Credential;
use api::paths;
use api::users::{DeveloperPermission, InvitedUser, Level, User};
use serde_json::json;

use super::World;
use super::change_log::ChangeLog;
use super::client::{Person, Reply};
use super::instance::Instance;
use super::report::Report;
use super::surfaces::Key;

const PASSWORD: &str = "correct horse battery staple";
/// What whoever may let others do things holds.
const RIGHTS: [DeveloperPermission; 2] =
    [DeveloperPermission::ManageAllApiCredentials, DeveloperPermission::EditAdvancedPermissions];

/// The demo's admin, signed in at both replicas, and how the races went so far.
struct Races<'a> {
    report: &'a mut Report,
    instance: Instance,
    one: Person,
    other: Person,
    rounds: usize,
}

pub(super) async fn run(world: &World, report: &mut Report) -> Result<()> {
    let instance = Instance::postgres(world, "replicas").await?;
    // One after the other: the first fills the demo.
    let (first, second) = (instance.start().await?, instance.start().await?);
    let one = Person::ada(first.address).await?;
    let other = one.at(second.address);
    let rounds = world.times(15, 100);
    let mut races = Races { report, instance, one, other, rounds };
    races.rights().await.context("rights")?;
    races.disabling().await.context("disabling")?;
    races.board_tokens().await.context("board tokens")?;
    races.users_and_links().await.context("users and links")?;
    races.revokes().await.context("revokes")?;
    races.one_id().await.context("one id for two requests")?;
    let Races { report, instance, .. } = races;
    instance.check_log(report, "two replicas");
    Ok(())
}

impl Races<'_> {
    /// Notes how often two requests at the same time were answered otherwise than `fits` says.
    fn judge(&mut self, what: &str, pairs: &[[u16; 2]], fits: impl Fn([u16; 2]) -> bool) {
        let mut wrong: Vec<_> = pairs.iter().filter(|pair| !fits(**pair)).collect();
        let count = wrong.len();
        wrong.sort_unstable();
        wrong.dedup();
        let found = match count {
            0 => format!("{} races", pairs.len()),
            _ => format!("{count} of {} went wrong: {wrong:?}", pairs.len()),
        };
        self.report.check(what, count == 0, found);
    }

    /// Two who may let others do things take that from each other: one of them keeps it.
    async fn rights(&mut self) -> Result<()> {
        let emails = ["ann@example.com", "bob@example.com"];
        for email in emails {
            self.instance.create_admin(email, PASSWORD)?;
        }
        let mut pairs = Vec::new();
        let mut nobody = 0;
        for _ in 0..self.rounds {
            let mut ids = Vec::new();
            for email in emails {
                let user = self.grant(email).await?;
                ids.push((paths::with_id(paths::USER, &user.user_id), user.version));
            }
            let mut ann = Person::sign_in(self.one.address(), emails[0], PASSWORD).await?;
            let mut bob = Person::sign_in(self.other.address(), emails[1], PASSWORD).await?;
            let less = json!({ "developer_permissions": [] }).to_string();
            pairs.push(
                both(ann.patch(&ids[1].0, ids[1].1, &less), bob.patch(&ids[0].0, ids[0].1, &less))
                    .await?,
            );
            let mut left = 0;
            for email in emails {
                left +=
                    usize::from(self.user(email).await?.developer_permissions.contains(&RIGHTS[1]));
            }
            nobody += usize::from(left == 0);
        }
        self.judge("two take each other's right: one is refused", &pairs, |pair| {
            one_of(pair, 200, &[401, 403, 409, 412])
        });
        let found = format!("{nobody} of {}", self.rounds);
        self.report.check(
            "two take each other's right: neither can grant any more",
            nobody == 0,
            found,
        );
        Ok(())
    }

    /// Somebody who is being disabled makes credentials through the other replica.
    async fn disabling(&mut self) -> Result<()> {
        let email = "eve@example.com";
        self.instance.create_admin(email, PASSWORD)?;
        let id = self.user(email).await?.user_id;
        let (mut late, mut made) = (0, 0);
        for round in 0..self.rounds {
            let mut eve = Person::sign_in(self.other.address(), email, PASSWORD).await?;
            let disabled = std::cell::Cell::new(false);
            let disable = async {
                tokio::time::sleep(std::time::Duration::from_millis(15)).await;
                let path = paths::with_id(paths::USER_DISABLE, &id);
                let reply = self.one.post(&path, None).await?.expect(200);
                disabled.set(true);
                reply
            };
            let creating = async {
                loop {
                    let is_late = disabled.get();
                    let new = new_credential(&format!("eve {round}"));
                    match eve.post(paths::CREDENTIALS, Some(&new)).await?.status {
                        201 if is_late => late += 1,
                        201 => made += 1,
                        401 => return anyhow::Ok(()),
                        status => anyhow::bail!("creating answered {status}"),
                    }
                    ensure!(late < 5, "somebody who is disabled goes on");
                }
            };
            let (disable, creating) = tokio::join!(disable, creating);
            disable?;
            creating?;
            self.one.post(&paths::with_id(paths::USER_ENABLE, &id), None).await?.expect(200)?;
        }
        let log = ChangeLog::read(&mut self.one).await?;
        let (mut is_disabled, mut after) = (false, 0);
        for entry in &log.entries {
            match entry.action.as_str() {
                "user.disable" if entry.subject.id == id => is_disabled = true,
                "user.enable" if entry.subject.id == id => is_disabled = false,
                "credential.create" if entry.actor.id == id && is_disabled => after += 1,
                _ => {}
            }
        }
        self.report.check(
            "somebody is disabled while they make credentials: changes of theirs after that",
            late + after == 0,
            format!(
                "{after} in the log, {late} answered, beside {made} before, {} races",
                self.rounds
            ),
        );
        Ok(())
    }

    /// One board gets two tokens, two boards get one token.
    async fn board_tokens(&mut self) -> Result<()> {
        let (mut same_board, mut same_token) = (Vec::new(), Vec::new());
        for round in 0..self.rounds {
            let boards = self.boards().await?;
            let path = board_path(&boards[0]);
            let version = boards[0].version;
            let (a, b) = (token(&format!("one-{round}")), token(&format!("two-{round}")));
            same_board.push(
                both(self.one.patch(&path, version, &a), self.other.patch(&path, version, &b))
                    .await?,
            );
            let boards = self.boards().await?;
            let (first, second) = (board_path(&boards[0]), board_path(&boards[1]));
            let wanted = token(&format!("both-{round}"));
            same_token.push(
                both(
                    self.one.patch(&first, boards[0].version, &wanted),
                    self.other.patch(&second, boards[1].version, &wanted),
                )
                .await?,
            );
        }
        self.judge("a board gets two tokens at once: one wins", &same_board, |pair| {
            one_of(pair, 200, &[409, 412])
        });
        self.judge("two boards get one token at once: one wins", &same_token, |pair| {
            one_of(pair, 200, &[409, 412, 422])
        });
        Ok(())
    }

    /// One e-mail for two users, one link used twice.
    async fn users_and_links(&mut self) -> Result<()> {
        let (mut emails, mut links) = (Vec::new(), Vec::new());
        for round in 0..self.rounds {
            let new = new_user(&format!("twice{round}@example.com"));
            emails.push(
                both(
                    self.one.post(paths::USERS, Some(&new)),
                    self.other.post(paths::USERS, Some(&new)),
                )
                .await?,
            );
            let new = new_user(&format!("link{round}@example.com"));
            let reply = self.one.post(paths::USERS, Some(&new)).await?.expect(201)?;
            let invited: InvitedUser = reply.json()?;
            let chosen = json!({ "token": invited.link.token, "password": PASSWORD }).to_string();
            let mut one = Person::nobody(self.one.address());
            let mut other = Person::nobody(self.other.address());
            links.push(
                both(
                    one.post(paths::PASSWORD_LINK_USE, Some(&chosen)),
                    other.post(paths::PASSWORD_LINK_USE, Some(&chosen)),
                )
                .await?,
            );
        }
        self.judge("two users get one e-mail at once: one is added", &emails, |pair| {
            one_of(pair, 201, &[409, 422])
        });
        self.judge("a one-time link is used twice at once: once it is good", &links, |[a, b]| {
            (a < 300) != (b < 300) && a < 500 && b < 500
        });
        Ok(())
    }

    /// A revoke through one counts at once on the other, and of two at once one is made.
    async fn revokes(&mut self) -> Result<()> {
        let key = Key::issue(&mut self.one, "raced").await?;
        let (mut twice, mut late, mut early) = (Vec::new(), 0, 0);
        for _ in 0..self.rounds {
            twice.push(both(key.revoke(&mut self.one), key.revoke(&mut self.other)).await?);
            late += usize::from(key.call(self.other.address()).await? != 401);
            late += usize::from(key.call(self.one.address()).await? != 401);
            key.re_enable(&mut self.other).await?.expect(200)?;
            early += usize::from(key.call(self.one.address()).await? != 200);
            key.revoke(&mut self.one).await?.expect(200)?;
            late += usize::from(key.call(self.other.address()).await? != 401);
            key.re_enable(&mut self.other).await?.expect(200)?;
        }
        self.judge("a key is revoked twice at once: once it is done", &twice, |pair| {
            one_of(pair, 200, &[409])
        });
        self.report.check(
            "a revoke or re-enable through one replica counts at once on the other",
            late + early == 0,
            format!("{late} late and {early} early answers in {} rounds", self.rounds),
        );
        Ok(())
    }

    /// The same request for a key, sent twice at once under one id, makes one key.
    async fn one_id(&mut self) -> Result<()> {
        let (mut more, mut failed) = (0, 0);
        for round in 0..self.rounds {
            let name = format!("once{round}x");
            let new = new_credential(&name);
            let id = format!("{:032x}", fastrand::u128(..));
            let pair = both(
                self.one.post_as(&id, paths::CREDENTIALS, Some(&new)),
                self.other.post_as(&id, paths::CREDENTIALS, Some(&new)),
            )
            .await?;
            failed += usize::from(pair.iter().any(|status| *status >= 500));
            let path = format!("{}?status=active&q={name}", paths::CREDENTIALS);
            let made: Page<Credential> = self.one.get(&path).await?.expect(200)?.json()?;
            more += usize::from(made.items.len() != 1);
        }
        self.report.check(
            "a key is asked for twice at once under one Idempotency-Key: one is made",
            more + failed == 0,
            format!("{more} times not one, {failed} errors, in {} races", self.rounds),
        );
        Ok(())
    }

    async fn user(&mut self, email: &str) -> Result<User> {
        let path = format!("{}?q={email}", paths::USERS);
        let page: Page<User> = self.one.get(&path).await?.expect(200)?.json()?;
        page.items.into_iter().next().with_context(|| format!("there is no {email}"))
    }

    /// Gives somebody all rights, if they do not have them.
    async fn grant(&mut self, email: &str) -> Result<User> {
        let user = self.user(email).await?;
        if RIGHTS.iter().all(|right| user.developer_permissions.contains(right)) {
            return Ok(user);
        }
        let all = json!({ "developer_permissions": RIGHTS }).to_string();
        let path = paths::with_id(paths::USER, &user.user_id);
        self.one.patch(&path, user.version, &all).await?.expect(200)?.json()
    }

    async fn boards(&mut self) -> Result<Vec<Board>> {
        let page: Page<Board> = self.one.get(paths::BOARDS).await?.expect(200)?.json()?;
        ensure!(page.items.len() > 1, "the demo has two boards");
        Ok(page.items)
    }
}

/// Both requests at the same time; their statuses.
async fn both(
    one: impl Future<Output = Result<Reply>>,
    other: impl Future<Output = Result<Reply>>,
) -> Result<[u16; 2]> {
    let (one, other) = tokio::join!(one, other);
    Ok([one?.status, other?.status])
}

/// Whether one of them was answered `won` and the other refused in one of these ways.
fn one_of([a, b]: [u16; 2], won: u16, refused: &[u16]) -> bool {
    (a == won && refused.contains(&b)) || (b == won && refused.contains(&a))
}

fn board_path(board: &Board) -> String {
    paths::with_id(paths::BOARD, &board.board_id)
}

fn token(token: &str) -> String {
    json!({ "token": { "token": token, "keep_old_days": 0 } }).to_string()
}

fn new_user(email: &str) -> String {
    json!({ "name": email, "email": email, "level": Level::Basic }).to_string()
}

fn new_credential(description: &str) -> String {
    json!({ "api_type": "harvest", "partner": "jobtarget", "description": description }).to_string()
}
