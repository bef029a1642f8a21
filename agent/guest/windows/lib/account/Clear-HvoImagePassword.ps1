function Clear-HvoImagePassword {
    <#
    .SYNOPSIS
        Replaces the password that this VM shares with all others of its image, and deletes the answer files that hold it.
    .DESCRIPTION
        The built-in administrator gets a random password, even if it is disabled. This happens once for each VM, and only
        while an answer file is there: without one, this is not a VM that has just been made from a prepared image, and its
        administrator may have a password that somebody needs. The VM that the image is made in keeps its password: the
        preparation has marked it. The password is replaced before the files are deleted. If either fails, an exception is
        thrown, and the VM must not be configured.
    .PARAMETER Root
        Folder of the guest, which the image preparation has created.
    .PARAMETER Received
        This VM has received its data. Without that, an image without a mark is left alone.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Root,
        [Parameter()] [switch] $Received
    )
    # An image has the mark of the VM that it was made in or captured from. A VM that is made from it has another UUID.
    $uuid = Get-HvoSmbiosUuid
    if (-not $uuid) { throw [System.InvalidOperationException]::new('This VM has no SMBIOS UUID.') }
    $mark = [System.IO.Path]::Combine($Root, 'image-password')
    $marked = [string](Get-HvoFileContent -Path $mark)
    if ($marked -ceq $uuid -or (-not $marked -and -not $Received)) { return }
    $context = [PSCustomObject]@{ Log = [System.IO.Path]::Combine($Root, 'guest.log') }
    $files = @(Get-HvoAnswerFile -Root $Root)
    if ($files.Length -gt 0) {
        $builtIn = Find-HvoLocalUser
        if ($null -ne $builtIn) {
            $values = @{ password = New-HvoRandomPassword }
            Set-LocalUser -SID $builtIn.SID -Password (ConvertTo-HvoSecureString -Values $values -Name 'password')
        }
        foreach ($file in $files) { Remove-HvoPath -Path $file }
        if (@(Get-HvoAnswerFile -Root $Root).Length -gt 0) {
            throw [System.InvalidOperationException]::new('An answer file could not be deleted.')
        }
        Write-HvoGuestLog -Context $context -Name ImagePasswordReplaced
    }
    Set-HvoFileContent -Path $mark -Content $uuid
}
