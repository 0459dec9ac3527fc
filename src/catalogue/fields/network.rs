//! Networks.

use super::endpoint::ENDPOINT;

fields! {
    NETWORK_CREATE_REQUEST {
        Name               Text          is Name;
        CheckDuplicate     Flag          harmless "Docker refuses a second network of one name, or did when asked to";
        Driver             Text          is NetworkDriver;
        Scope              Text          is NetworkScope;
        EnableIPv4         Flag          is EnableIpv4;
        EnableIPv6         Flag          is EnableIpv6;
        IPAM               (IPAM)        inner -;
        Internal           Flag          is Internal;
        Attachable         Flag          is Attachable;
        Ingress            Flag          is Ingress;
        ConfigOnly         Flag          is ConfigOnly;
        ConfigFrom         (CONFIG_FROM) inner -;
        Options            {Text}        is NetworkOpts;
        Labels             {Text}        is Labels;
    }

    CONFIG_FROM {
        Network            Text          is ConfigFrom;
    }

    IPAM {
        Driver             Text            is IpamDriver;
        Options            {Text}          is IpamOpts;
        Config             [(IPAM_CONFIG)] inner -;
    }

    IPAM_CONFIG {
        Subnet             Text          is Subnets;
        IPRange            Text          is Subnets;
        Gateway            Text          is Subnets;
        AuxiliaryAddresses {Text}        is Subnets;
    }

    NETWORK_CONNECT_REQUEST {
        Container          Text          is Container;
        EndpointConfig     (ENDPOINT)    inner -;
    }

    NETWORK_DISCONNECT_REQUEST {
        Container          Text          is Container;
        Force              Flag          harmless "disconnects what Docker believes to be busy: the operation says so";
    }
}
