function Register-HvoLocalScript {
    <#
    .SYNOPSIS
        Has cloudbase-init run the bootstrap script at every boot.
    .PARAMETER Prepare
        Folder with the local script and the configuration file.
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
    $source = [System.IO.Path]::Combine($Prepare, 'cloudbase-init')
    $target = "$env:ProgramFiles\Cloudbase Solutions\Cloudbase-Init"
    $script = (Get-HvoFileContent -Path ([System.IO.Path]::Combine($source, 'hvo-guest.ps1'))).Replace('{root}', $Root)
    Set-HvoFileContent -Path "$target\LocalScripts\hvo-guest.ps1" -Content $script
    $configuration = "$target\conf\cloudbase-init.conf"
    $wanted = Get-HvoFileContent -Path ([System.IO.Path]::Combine($source, 'cloudbase-init.conf'))
    $current = Get-HvoFileContent -Path $configuration
    if ($current -and -not $Force -and $current -cne $wanted) {
        Write-Warning -Message ("$configuration exists and is kept. Check that its plugins include LocalScriptsPlugin but not " +
            'SetHostNamePlugin, and that allow_reboot is true, or replace the file with -Force.')
        return
    }
    Set-HvoFileContent -Path $configuration -Content $wanted
}
