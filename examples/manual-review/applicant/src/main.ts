import "../../theme.css";
import "./applicant.css";
import "./app";
import { openableOffline } from "./offline";

void openableOffline();
