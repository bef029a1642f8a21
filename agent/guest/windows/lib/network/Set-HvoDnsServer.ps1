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
    $interface = @{ InterfaceIndex = $InterfaceIndex }
    $wanted = @($Fields.guest_v4_dns1)
    if ($Fields.ContainsKey('guest_v4_dns2')) { $wanted += $Fields.guest_v4_dns2 }
    $servers = @((Get-DnsClientServerAddress @interface -AddressFamily IPv4).ServerAddresses)
    if (($servers -join ' ') -ne ($wanted -join ' ')) { Set-DnsClientServerAddress @interface -ServerAddresses $wanted }
    if (-not $Fields.ContainsKey('guest_net_dnssuffix')) { return }
    if ((Get-DnsClient @interface).ConnectionSpecificSuffix -ne $Fields.guest_net_dnssuffix) {
        Set-DnsClient @interface -ConnectionSpecificSuffix $Fields.guest_net_dnssuffix
    }
}
