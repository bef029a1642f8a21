function Set-HvoNetwork {
    <#
    .SYNOPSIS
        Configures a static address with its route and DNS servers if the data contains one.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.Boolean, always false, because no restart is needed. Throws NoInterface, which another try may not meet.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    if (-not $Fields.ContainsKey('guest_v4_ipaddr')) { return $false }
    $index = Find-HvoNetworkAdapter
    Set-HvoStaticAddress -InterfaceIndex $index -Fields $Fields
    Set-HvoDnsServer -InterfaceIndex $index -Fields $Fields
    return $false
}
