// Behaviour by data attributes; every page works without it. Loaded after htmx and before htmx starts.
import { startBulk } from "./bulk.js";
import { startCaptured } from "./captured.js";
import { startCombos } from "./combo.js";
import { startDialogs } from "./dialog.js";
import { startDrafts } from "./drafts.js";
import { startErrors } from "./errors.js";
import { startForms } from "./forms.js";
import { startMentions } from "./mention.js";
import { startReading } from "./reading.js";
import { startPalette } from "./palette.js";
import { startParts } from "./parts.js";
import { startShortcuts } from "./shortcuts.js";
import { startToasts } from "./toast.js";

startErrors();
startToasts();
startForms();
startParts();
startDialogs();
startCombos();
startDrafts();
startPalette();
startReading();
startMentions();
startBulk();
startCaptured();
startShortcuts();
