function Disable-HvoDhcp {
    <#
    .SYNOPSIS
        Turns DHCP off for an interface, and waits until its lease is gone.
    .DESCRIPTION
        Windows drops the lease some time after the call has returned, and by its address: a static address that equals the
        lease goes with it.
    .PARAMETER InterfaceIndex
        The interface.
    .OUTPUTS
        System.Boolean, whether there was a lease.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [int] $InterfaceIndex
    )
    $ipv4 = @{ InterfaceIndex = $InterfaceIndex; AddressFamily = 'IPv4' }
    $leases = @(Get-HvoAddress -InterfaceIndex $InterfaceIndex | Where-Object { $_.PrefixOrigin -ceq 'Dhcp' })
    $leased = $leases.Length -gt 0
    if ([string](Get-NetIPInterface @ipv4 -ErrorAction Stop).Dhcp -cne 'Disabled') {
        Set-NetIPInterface @ipv4 -Dhcp Disabled -ErrorAction Stop
    }
    for ($try = 0; $leases.Length -gt 0 -and $try -lt 15; $try++) {
        Start-Sleep -Seconds 2
        $leases = @(Get-HvoAddress -InterfaceIndex $InterfaceIndex | Where-Object { $_.PrefixOrigin -ceq 'Dhcp' })
    }
    foreach ($lease in $leases) { Remove-HvoAddress -InterfaceIndex $InterfaceIndex -Address $lease.IPAddress }
    return $leased
}
