"""How the browser of the journeys is started."""

# What Playwright 1.65 turns off: of this switch Chromium heeds the last one alone.
_BY_PLAYWRIGHT = (
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades",
    "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints",
    "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning",
)  # fmt: skip
# The address bar's pop-ups are pages that each new window loads ahead, which takes as long as half
# a dozen of ours. Nobody types an address here.
_POPUPS = ("WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxPopup")

# The product's lines of events and the browser's own traffic need neither GPU nor network.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-background-networking",
    "--no-first-run", "--disable-component-update", "--disable-sync",
    f"--disable-features={','.join((*_BY_PLAYWRIGHT, *_POPUPS))}",
)  # fmt: skip
