function Install-HvoBootstrap {
    <#
    .SYNOPSIS
        Installs the bootstrap script into a folder that only SYSTEM and Administrators can access.
    .DESCRIPTION
        Anything already in the folder is deleted: everybody may create folders in ProgramData, so its origin is
        unknown.
    .PARAMETER Disc
        Root of the provisioning disc.
    .PARAMETER Root
        Folder of the guest.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Disc,
        [Parameter(Mandatory = $true)] [string] $Root
    )
    # The names of these folders are the ids of the VMs that have used this disk.
    foreach ($name in @(Get-HvoSubfolderName -Path ([System.IO.Path]::Combine($Root, 'guest')))) {
        Remove-HvoMachineKey -VirtualMachineId $name
    }
    Remove-HvoPath -Path $Root
    Set-HvoProtectedFolder -Path $Root -Administrators
    Copy-HvoFolder -From ([System.IO.Path]::Combine($Disc, 'bootstrap')) -To ([System.IO.Path]::Combine($Root, 'boot'))
}
