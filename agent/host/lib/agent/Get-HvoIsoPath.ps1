function Get-HvoIsoPath {
    <#
    .SYNOPSIS
        Returns the path of the provisioning ISO for the guest's family in the agent's folder; fails with IsoMissing.
    .OUTPUTS
        String: the path.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $path = Join-Path (Join-Path $Context.AgentFolder 'isos') "$($Context.OsFamily).iso"
    if (-not [System.IO.File]::Exists($path)) {
        Stop-HvoLaunch -Code IsoMissing -Message "The provisioning ISO $path is not there. Put it there: it belongs to the agent."
    }
    return $path
}
