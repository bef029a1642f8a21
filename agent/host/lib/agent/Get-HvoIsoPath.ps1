function Get-HvoIsoPath {
    <#
    .SYNOPSIS
        Returns the path of the provisioning ISO for the guest's OS family; fails with IsoMissing if it does not exist.
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
        Stop-HvoLaunch -Code IsoMissing -Message "The provisioning ISO $path does not exist."
    }
    return $path
}
