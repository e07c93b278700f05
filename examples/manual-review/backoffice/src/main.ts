import "../../theme.css";
import "./backoffice.css";
import "./app";
