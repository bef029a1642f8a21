function Register-HvoLocalScript {
    <#
    .SYNOPSIS
    Has the starter run at every boot by cloudbase-init.
    .PARAMETER Prepare
    Folder with the local script and the configuration.
    .PARAMETER Root
    Folder of the guest.
    .PARAMETER Force
    Replace an existing cloudbase-init.conf.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Prepare,
        [Parameter(Mandatory = $true)] [string] $Root,
        [Parameter()] [switch] $Force
    )
    $ours = [System.IO.Path]::Combine($Prepare, 'cloudbase-init')
    $theirs = "$env:ProgramFiles\Cloudbase Solutions\Cloudbase-Init"
    $script = (Get-HvoFileContent -Path ([System.IO.Path]::Combine($ours, 'hvo-guest.ps1'))).Replace('{root}', $Root)
    Set-HvoFileContent -Path "$theirs\LocalScripts\hvo-guest.ps1" -Content $script
    $configuration = "$theirs\conf\cloudbase-init.conf"
    $wanted = Get-HvoFileContent -Path ([System.IO.Path]::Combine($ours, 'cloudbase-init.conf'))
    $there = Get-HvoFileContent -Path $configuration
    if ($there -and -not $Force -and $there -cne $wanted) {
        Write-Warning ("$configuration exists and is kept: see that its plugins have LocalScriptsPlugin but not " +
            'SetHostNamePlugin, and that allow_reboot is true. -Force replaces it.')
        return
    }
    Set-HvoFileContent -Path $configuration -Content $wanted
}
