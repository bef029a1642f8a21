function Set-HvoDnsServer {
    <#
    .SYNOPSIS
        Sets the DNS servers of an interface, and its DNS suffix if the data contains one.
    .PARAMETER InterfaceIndex
        The interface.
    .PARAMETER Fields
        The fields of the guest data.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [int] $InterfaceIndex,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $field = Find-HvoDnsDifference -InterfaceIndex $InterfaceIndex -Fields $Fields
    if (@('guest_v4_dns1', 'guest_v4_dns2') -ccontains $field) {
        $wanted = @($Fields.guest_v4_dns1)
        if ($Fields.ContainsKey('guest_v4_dns2')) { $wanted += $Fields.guest_v4_dns2 }
        Set-DnsClientServerAddress -InterfaceIndex $InterfaceIndex -ServerAddresses $wanted -ErrorAction Stop
        $field = Find-HvoDnsDifference -InterfaceIndex $InterfaceIndex -Fields $Fields
    }
    if ($field -ceq 'guest_net_dnssuffix') {
        Set-DnsClient -InterfaceIndex $InterfaceIndex -ConnectionSpecificSuffix $Fields.guest_net_dnssuffix -ErrorAction Stop
    }
}
