//! Registries, and what a build hands out.

fields! {
    AUTH_CONFIG {
        username      Text harmless "a credential: the registry that gets it is judged";
        password      Text harmless "a credential: the registry that gets it is judged";
        auth          Text harmless "a credential: the registry that gets it is judged";
        email         Text harmless "a credential: the registry that gets it is judged";
        serveraddress Text is Registries;
        identitytoken Text harmless "a credential: the registry that gets it is judged";
        registrytoken Text harmless "a credential: the registry that gets it is judged";
    }

    BUILD_OUTPUT {
        Type          Text   part -;
        Attrs         {Text} part -;
    }
}
