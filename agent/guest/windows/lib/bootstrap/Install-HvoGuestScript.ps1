function Install-HvoGuestScript {
    <#
    .SYNOPSIS
        Copies the scripts of the guest from the disc to a folder that only SYSTEM can access, and returns the script to
        start.
    .DESCRIPTION
        Before anything else, the password that the VM shares with all others of its image is replaced. The copy is made
        once per VM; later boots use it. A VM that has been provisioned is left alone, whatever disc is in its drive.
    .PARAMETER Root
        Folder of the guest, which the image preparation has created.
    .OUTPUTS
        System.String, path of the script to start, or nothing if there is nothing to do.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root
    )
    while (-not (Test-HvoSetupFinished)) { Start-Sleep -Seconds 5 }
    Clear-HvoImagePassword -Root $Root
    $id = Wait-HvoVirtualMachineId -Root $Root
    if (-not $id) { return }
    $context = New-HvoGuestContext -Root $Root -VirtualMachineId $id
    if ((Get-HvoGuestState -Context $context).phase -ceq 'done') { return }
    $code = [System.IO.Path]::Combine($context.Folder, 'code')
    if (@(Get-HvoSubfolderName -Path $context.Folder) -cnotcontains 'code') {
        $disc = Find-HvoGuestDisc
        for ($try = 0; $null -eq $disc -and $try -lt 60; $try++) {
            Start-Sleep -Seconds 5
            $disc = Find-HvoGuestDisc
        }
        if ($null -eq $disc) {
            Write-HvoGuestLog -Context $context -Name NoGuestDisc
            return
        }
        Set-HvoProtectedFolder -Path $context.Machines
        Set-HvoProtectedFolder -Path $context.Folder
        Copy-HvoFolder -From $disc.Folder -To $code
        Write-HvoGuestLog -Context $context -Name GuestCopied
    }
    $text = Get-HvoFileContent -Path ([System.IO.Path]::Combine($code, 'hvo-guest.json'))
    $marker = ConvertFrom-HvoJsonText -Text $text
    return [System.IO.Path]::Combine($code, $marker.entry)
}
