function Find-HvoNetworkAdapter {
    <#
    .SYNOPSIS
        Returns the interface index of the network adapter that is up.
    .OUTPUTS
        System.Int32, the lowest index if several adapters are up. Throws NoInterface, which another try may not meet.
    #>
    [CmdletBinding()]
    [OutputType([int])]
    param()
    $found = $null
    foreach ($adapter in @(Get-NetAdapter -Physical -ErrorAction Stop)) {
        if ([string]$adapter.Status -cne 'Up') { continue }
        if ($null -eq $found -or [int]$adapter.ifIndex -lt $found) { $found = [int]$adapter.ifIndex }
    }
    if ($null -eq $found) { throw (New-HvoStepFailure -Code NoInterface -Transient) }
    return $found
}
