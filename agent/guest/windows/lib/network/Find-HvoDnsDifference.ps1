function Find-HvoDnsDifference {
    <#
    .SYNOPSIS
        Returns the first field of DNS servers, in their order, and suffix that an interface does not have as requested.
    .PARAMETER InterfaceIndex
        The interface.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.String, the id of the field, or an empty string.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [int] $InterfaceIndex,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $current = Get-DnsClientServerAddress -InterfaceIndex $InterfaceIndex -AddressFamily IPv4 -ErrorAction Stop
    $servers = @($current.ServerAddresses)
    if ($servers.Length -eq 0 -or $servers[0] -cne $Fields.guest_v4_dns1) { return 'guest_v4_dns1' }
    $others = @($servers | Select-Object -Skip 1) -join ' '
    if ($others -cne [string]$Fields['guest_v4_dns2']) { return 'guest_v4_dns2' }
    if (-not $Fields.ContainsKey('guest_net_dnssuffix')) { return '' }
    $suffix = [string](Get-DnsClient -InterfaceIndex $InterfaceIndex -ErrorAction Stop).ConnectionSpecificSuffix
    if ([string]::Equals($suffix, $Fields.guest_net_dnssuffix, [StringComparison]::OrdinalIgnoreCase)) { return '' }
    return 'guest_net_dnssuffix'
}
