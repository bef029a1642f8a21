function Resolve-HvoMachineFolder {
    <#
    .SYNOPSIS
        Returns all folders of machines that a job names, each once: paths.machines and, of an inventory, those before it.
    .DESCRIPTION
        Fails with PathNotAllowed if one is outside the allowed roots.
    .OUTPUTS
        Strings: full paths.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Job,
        [Parameter(Mandatory = $true)] [string] $Machines,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]] $Roots
    )
    $folders = @($Machines)
    foreach ($path in @(Get-HvoProperty $Job 'machine_folders' -Default @())) {
        $full = Resolve-HvoAllowedPath -Path $path -Roots $Roots -What 'machines'
        if (-not @($folders | Where-Object { Test-HvoSamePath -Path $_ -Other $full }).Count) { $folders += $full }
    }
    return $folders
}
