//! What every request is answered with: the configuration, the ports, the site's files, the clock.
//! Made once at the start; cheap to clone.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Once};

use app::context::{Assets, Reports};
use axum::extract::FromRef;
use backend::{Backend, Entropy};
use domain::error::Outcome;
use domain::ids::IncidentId;
use domain::services::Services;
use leptos::config::LeptosOptions;

use crate::clock::Clock;
use crate::config::Config;
use crate::live::Hub;
use crate::places::Places;
use crate::report_store::SessionReports;

/// The state of the router.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

/// What [`Site`] derefs to.
pub struct Inner {
    /// The configuration.
    pub config: Config,
    /// The ports' maker: for what moves bytes.
    pub backend: Backend,
    /// The ports.
    pub services: Services,
    /// The clock.
    pub clock: Clock,
    /// Randomness for incident numbers and the names of reports.
    pub entropy: Arc<dyn Entropy>,
    /// Names of the site's hashed files.
    pub assets: Assets,
    /// Folder of the site.
    pub folder: PathBuf,
    /// The meetings that pages look at.
    pub live: Hub,
    /// Reports that a session may look at once more.
    pub reports: Reports,
    /// Places for what people do at the same time.
    pub places: Places,
    /// An untrusted forwarded address is logged once.
    pub unbelieved_address: Once,
    options: LeptosOptions,
    is_claimed: AtomicBool,
    requests: AtomicU64,
    start: u64,
}

impl Deref for Site {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRef<Site> for LeptosOptions {
    fn from_ref(site: &Site) -> Self {
        site.options.clone()
    }
}

impl Site {
    /// From a configuration and an open backend.
    ///
    /// # Errors
    /// When the site's folder has no readable `assets.json`.
    pub fn new(
        config: Config,
        backend: Backend,
        clock: Clock,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Site, String> {
        let folder = config.site_dir();
        let assets = read_assets(&folder)?;
        let reports = SessionReports::new(clock.clone(), Arc::clone(&entropy));
        let options = LeptosOptions::builder()
            .output_name("phien")
            .site_root(folder.display().to_string())
            .site_addr(config.listen)
            .build();
        let start = u64::from_be_bytes(random(&*entropy)) >> 24;
        Ok(Site(Arc::new(Inner {
            services: backend.services(),
            live: Hub::new(backend.clone(), clock.clone(), config.node_url.as_ref()),
            places: Places::new(&config),
            unbelieved_address: Once::new(),
            reports: Reports(Arc::new(reports)),
            is_claimed: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            start,
            options,
            assets,
            folder,
            entropy,
            clock,
            backend,
            config,
        })))
    }
}

impl Inner {
    /// Whether somebody can sign in. Once true it stays so, and the database is asked no more.
    pub async fn is_claimed(&self) -> Outcome<bool> {
        if self.is_claimed.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let is_claimed = !self.services.accounts.is_empty().await?;
        self.is_claimed.store(is_claimed, Ordering::Relaxed);
        Ok(is_claimed)
    }

    /// The next request's number: the start's random part and a count, so that two runs do not repeat one.
    pub fn request_id(&self) -> String {
        format!("{:010x}-{:x}", self.start, self.requests.fetch_add(1, Ordering::Relaxed))
    }

    /// A new incident's number.
    pub fn incident(&self) -> IncidentId {
        IncidentId(self.entropy.id(self.clock.now()))
    }
}

fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// The names in `assets.json`, which the site's build writes.
///
/// # Errors
/// When the file is missing or not as it should be; the text says which and what to do.
pub fn read_assets(folder: &std::path::Path) -> Result<Assets, String> {
    let file = folder.join("assets.json");
    let text = std::fs::read_to_string(&file).map_err(|cause| {
        format!("{} cannot be read ({cause}): set PHIEN_SITE to the site's folder", file.display())
    })?;
    serde_json::from_str(&text).map_err(|cause| format!("{} is not as built: {cause}", file.display()))
}
