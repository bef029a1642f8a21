function Get-HvoVlanCheck {
    <#
    .SYNOPSIS
        Returns the row of how the host's own adapters on its switches are tagged. What the physical port lets through, no host can tell.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Name
    )
    $expected = 'the physical port carries the VLANs of the machines, which the host does not see'
    $row = @{ Subject = $Name; Expected = $expected }
    $found = @(Get-VMNetworkAdapterVlan -ManagementOS | ForEach-Object {
            $mode = [string]$_.OperationMode
            if ($mode -eq 'Access') { "$mode $($_.AccessVlanId)" } else { $mode }
        })
    $observed = if ($found.Count) { "adapters of the host: $($found -join ', ')" } else { 'the host has no adapter on a virtual switch' }
    return New-HvoCheckRow -Id SwitchVlan @row -State ok -Observed $observed
}
