function Wait-HvoNetworkAdapter {
    <#
    .SYNOPSIS
        Waits up to two minutes for a network adapter that is up, and returns its interface index.
    .OUTPUTS
        System.Int32, the lowest index if several adapters are up. Throws NoInterface.
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
