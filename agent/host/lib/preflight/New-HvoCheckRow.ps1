function New-HvoCheckRow {
    <#
    .SYNOPSIS
        Returns a row of the preflight in the protocol's form.
    .DESCRIPTION
        Subject is what the row is about where a check has several rows: a path, an image, a quota. Observed is what the host has,
        Expected what machines need. The operator says what to do about a row.
    .OUTPUTS
        Ordered dictionary with type, id, subject, state, observed and expected.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateSet('LanguageMode', 'PowerShellVersion', 'ExecutionPolicy', 'HyperVModule', 'ManagementService', 'WinRMListener',
            'WinRMQuota', 'AgentFolder', 'ImageFolder', 'MachineFolder', 'FileSystem', 'FreeSpace', 'FreeMemory', 'Antivirus',
            'ProvisioningIso', 'Image', 'VirtualSwitch', 'SwitchVlan', 'FailoverCluster', 'ClusterStorage', 'ClusterRole')]
        [string] $Id,
        [Parameter()] [AllowEmptyString()] [string] $Subject = '',
        [Parameter(Mandatory = $true)] [ValidateSet('ok', 'warning', 'blocking', 'unknown')] [string] $State,
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Observed,
        [Parameter()] [AllowEmptyString()] [string] $Expected = ''
    )
    return [ordered]@{ type = 'row'; id = $Id; subject = $Subject; state = $State; observed = $Observed; expected = $Expected }
}
