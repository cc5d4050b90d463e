// Loaded by the pages that report a failure: what was sent was not saved, so its draft stays (drafts.js).
sessionStorage.removeItem("concord:sent");
