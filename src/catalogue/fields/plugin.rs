//! Plugins, installed by hand or by a service.

fields! {
    PLUGIN_PRIVILEGE {
        Name            Text                 gather PluginPrivileges;
        Description     Text                 harmless "a sentence for people";
        Value           [Text]               part -;
    }

    /// `privileges` is what Docker reads; its own lists of fields say `PluginPrivilege`.
    PLUGIN_SPEC {
        name            Text                 is PluginSpec;
        remote          Text                 is PluginSpec;
        privileges      [(PLUGIN_PRIVILEGE)] inner -;
        PluginPrivilege [(PLUGIN_PRIVILEGE)] inner -;
        disabled        Flag                 harmless "installed and not started: less than the plugin itself";
        env             [Text]               is PluginSpec;
    }
}
