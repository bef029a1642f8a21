function Get-HvoIsoCheck {
    <#
    .SYNOPSIS
        Returns the row of the provisioning ISOs: without one, no guest of its family can be configured.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentFolder
    )
    $missing = @('linux.iso', 'windows.iso' | Where-Object {
            -not [System.IO.File]::Exists([System.IO.Path]::Combine($AgentFolder, 'isos', $_))
        })
    $state = if ($missing.Count -eq 0) { 'ok' } elseif ($missing.Count -eq 1) { 'warning' } else { 'blocking' }
    $observed = if ($missing.Count) { "missing: $($missing -join ', ')" } else { 'both are there' }
    $expected = 'linux.iso and windows.iso in the folder isos of the agent''s version'
    return New-HvoCheckRow -Id ProvisioningIso -State $state -Observed $observed -Expected $expected
}
