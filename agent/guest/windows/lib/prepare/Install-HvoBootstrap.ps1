function Install-HvoBootstrap {
    <#
    .SYNOPSIS
    Puts the starter's scripts into a folder of SYSTEM and Administrators.
    .DESCRIPTION
    What was in the folder goes: anybody may have made it, as everybody may create folders in ProgramData.
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
    # The state's folders name the VMs that the image has been.
    foreach ($name in @(Get-HvoSubfolderName -Path ([System.IO.Path]::Combine($Root, 'guest')))) {
        Remove-HvoMachineKey -VirtualMachineId $name
    }
    Remove-HvoPath -Path $Root
    Set-HvoProtectedFolder -Path $Root -Administrators
    $boot = [System.IO.Path]::Combine($Root, 'boot')
    Copy-HvoFolder -From ([System.IO.Path]::Combine($Disc, 'bootstrap')) -To $boot
    foreach ($name in 'border', 'common') {
        Copy-HvoFolder -From ([System.IO.Path]::Combine($Disc, $name)) -To ([System.IO.Path]::Combine($boot, $name))
    }
}
