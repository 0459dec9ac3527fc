//! A container's place in a network.

fields! {
    /// `NetworkID` wins over the network that the request names, when the container starts.
    ENDPOINT {
        IPAMConfig          (ENDPOINT_IPAM) inner -;
        Links               [Text]          gather Links;
        Aliases             [Text]          is Aliases;
        MacAddress          Text            is MacAddress;
        DriverOpts          {Text}          is EndpointOpts;
        GwPriority          Int             is GwPriority;
        NetworkID           Text            is Networks;
        EndpointID          Text            harmless "Docker clears it before it connects";
        Gateway             Text            harmless "Docker clears it before it connects";
        IPAddress           Text            harmless "Docker clears it before it connects";
        IPPrefixLen         Int             harmless "Docker clears it before it connects";
        IPv6Gateway         Text            harmless "Docker clears it before it connects";
        GlobalIPv6Address   Text            harmless "Docker clears it before it connects";
        GlobalIPv6PrefixLen Int             harmless "Docker clears it before it connects";
        DNSNames            [Text]          harmless "Docker makes them anew, of the name and the aliases";
    }

    ENDPOINT_IPAM {
        IPv4Address         Text            is IpAddress;
        IPv6Address         Text            is IpAddress;
        LinkLocalIPs        [Text]          is IpAddress;
    }
}
