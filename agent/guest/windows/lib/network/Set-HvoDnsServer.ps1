function Set-HvoDnsServer {
    <#
    .SYNOPSIS
    Gives an interface its DNS servers and, if one is wanted, its DNS suffix.
    .PARAMETER InterfaceIndex
    The interface.
    .PARAMETER Fields
    The guest's fields.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [int] $InterfaceIndex,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $on = @{ InterfaceIndex = $InterfaceIndex }
    $wanted = @($Fields.guest_v4_dns1)
    if ($Fields.ContainsKey('guest_v4_dns2')) { $wanted += $Fields.guest_v4_dns2 }
    $servers = @((Get-DnsClientServerAddress @on -AddressFamily IPv4).ServerAddresses)
    if (($servers -join ' ') -ne ($wanted -join ' ')) { Set-DnsClientServerAddress @on -ServerAddresses $wanted }
    if (-not $Fields.ContainsKey('guest_net_dnssuffix')) { return }
    if ((Get-DnsClient @on).ConnectionSpecificSuffix -ne $Fields.guest_net_dnssuffix) {
        Set-DnsClient @on -ConnectionSpecificSuffix $Fields.guest_net_dnssuffix
    }
}
