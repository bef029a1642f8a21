function Wait-HvoNetworkAdapter {
    <#
    .SYNOPSIS
    Returns the network adapter to configure: of those that are up, the first.
    .OUTPUTS
    System.Int32: its interface index; the failure NoInterface after two minutes without one.
    #>
    [CmdletBinding()]
    [OutputType([int])]
    param()
    for ($try = 0; $try -lt 24; $try++) {
        $found = $null
        foreach ($adapter in @(Get-NetAdapter -Physical)) {
            if ([string]$adapter.Status -ne 'Up') { continue }
            if ($null -eq $found -or [int]$adapter.ifIndex -lt $found) { $found = [int]$adapter.ifIndex }
        }
        if ($null -ne $found) { return $found }
        Start-Sleep -Seconds 5
    }
    throw (New-HvoStepFailure -Code NoInterface)
}
