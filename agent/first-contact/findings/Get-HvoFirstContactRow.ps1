function Get-HvoFirstContactRow {
    <#
    .SYNOPSIS
        Returns the rows of the preflight for these folders and this switch. The host needs no agent for it.
    .DESCRIPTION
        The agent's folder, its allowed roots and its ISOs are left out: they exist once the host is prepared.
    .OUTPUTS
        Ordered dictionaries (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter()] [string] $Images = '',
        [Parameter()] [string] $Machines = '',
        [Parameter()] [string] $Switch = '',
        [Parameter()] [string] $FailoverCluster = ''
    )
    $job = [PSCustomObject]@{
        host = [PSCustomObject]@{
            paths = [PSCustomObject]@{ images = $Images; machines = $Machines }
            virtual_switch = $Switch; clone = 'Copy'; failover_cluster = $FailoverCluster
        }
    }
    $left = @('AgentFolder', 'ImageFolder', 'MachineFolder', 'ProvisioningIso')
    if (-not $Images) { $left += 'Image', 'Antivirus', 'FileSystem' }
    if (-not $Machines) { $left += 'FreeSpace', 'FileSystem', 'Antivirus', 'ClusterStorage' }
    if (-not $Switch) { $left += 'VirtualSwitch', 'SwitchVlan' }
    $all = @(Get-HvoPreflight -Job $job -AgentFolder ([System.IO.Path]::GetTempPath()))
    return @($all | Where-Object { $_.type -eq 'row' -and $left -cnotcontains $_.id })
}
